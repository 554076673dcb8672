/** Pages in a browser: one tab, because Chromium lets tabs that nobody sees wait. */
import { look } from './look.mjs'

/** @returns the path that `href` leads to, or `undefined` where that is no page of the site */
function pathOf(href, origin) {
  const { origin: to, pathname } = new URL(href)
  const path = pathname.replace(/\/$/, '/index.html')
  return to === origin && path.endsWith('.html') ? path : undefined
}

/**
 * Follows every link from the first page on.
 * @returns {Map<string, object>} path -> what `look` saw there, and `problems` that the browser had
 */
export async function crawl(browser, origin, viewport) {
  const pages = new Map()
  const paths = new Set(['/index.html'])
  // A set goes on with what is added meanwhile.
  await visit(browser, origin, viewport, paths, (path, page) => {
    pages.set(path, page)
    for (const href of page.links) {
      const next = pathOf(href, origin)
      if (next !== undefined) paths.add(next)
    }
  })
  return pages
}

/** Looks at the pages given, one after the other. */
export async function visit(browser, origin, viewport, paths, seen) {
  const tab = await browser.newPage()
  await tab.setViewport(viewport)
  let problems = []
  tab.on('pageerror', (error) => problems.push(`script: ${error.message}`))
  tab.on('requestfailed', (request) => problems.push(`not loaded: ${request.url()}`))
  tab.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`)
  })
  for (const path of paths) {
    problems = []
    await tab.goto(origin + path, { waitUntil: 'load' })
    seen(path, { ...(await tab.evaluate(look)), problems })
  }
  await tab.close()
}
