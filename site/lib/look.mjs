/** What a reader sees of one page, asked of the browser. Runs in the page: nothing from outside may be used in it. */
export function look() {
  const main = document.querySelector('.col-content')
  const text = main?.innerText ?? ''
  const wide = (element) =>
    element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'visible'
  return {
    title: document.title,
    heading: document.querySelector('h1')?.innerText ?? '',
    /** Without its own chrome. */
    letters: text.replace(/\s/g, '').length,
    ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    links: [...document.querySelectorAll('a[href]')].map(({ href }) => href),
    brokenImages: [...document.images]
      .filter(({ complete, naturalWidth }) => !complete || naturalWidth === 0)
      .map(({ src }) => src),
    /** Links that stayed Markdown. */
    leftovers: text.match(/\[[^\]\n]+\]\([^)\s]+\.md[^)]*\)/g) ?? [],
    /** The page itself scrolls sideways: its lines cannot be read without. */
    overflows: wide(document.documentElement),
  }
}
