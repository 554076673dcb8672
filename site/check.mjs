/**
 * Opens every page of site/out in headless Chromium: links lead somewhere, images and scripts load, pages can be read on a desk, and
 * the guides on a telephone, too. Debian's package `chromium` has the browser; CHROMIUM names another one.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from 'puppeteer-core'
import { crawl, visit } from './lib/crawl.mjs'
import { links, looks } from './lib/judge.mjs'
import { output } from './lib/root.mjs'
import { serve } from './lib/serve.mjs'

const BROWSERS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const DESK = { width: 1280, height: 800 }
const TELEPHONE = { width: 390, height: 844 }

/** What was found, said at the end. */
const found = []
const note = (where, problems) => found.push(...problems.map((problem) => `${where}: ${problem}`))

async function check(browser, origin) {
  const pages = await crawl(browser, origin, DESK)
  const exists = (pathname) => existsSync(join(output, pathname))
  for (const [path, page] of pages) note(path, [...looks(page), ...links(page, pages, origin, exists)])
  const guides = [...pages.keys()].filter((path) => path === '/index.html' || path.startsWith('/documents/'))
  await visit(browser, origin, TELEPHONE, guides, (path, page) => note(`${path} on a telephone`, looks(page)))
  return `${pages.size} pages, ${guides.length} of them on a telephone as well`
}

function browserHere() {
  const path = BROWSERS.find((path) => path && existsSync(path))
  if (path === undefined) throw new Error('no Chromium: install the package "chromium", or name it in CHROMIUM')
  return path
}

if (!existsSync(join(output, 'index.html'))) throw new Error('no site: npm run docs makes it')
const { server, origin } = await serve(output)
// Its sandbox needs rights that root has not in a container; the pages are our own.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const browser = await launch({ executablePath: browserHere(), args })
try {
  const what = await check(browser, origin)
  for (const line of new Set(found)) console.log(line.replaceAll(origin, ''))
  console.log(`${what}: ${found.length} problems`)
} finally {
  await browser.close()
  server.close()
}
process.exitCode = found.length === 0 ? 0 : 1
