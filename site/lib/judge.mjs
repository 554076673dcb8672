/** What is wrong with a page that was seen, one line a problem. */

/** A page with fewer letters says nothing. */
const LETTERS = 20

export function looks({ title, heading, letters, brokenImages, leftovers, overflows, problems }) {
  return [
    ...problems,
    ...(title === '' ? ['no title'] : []),
    ...(heading === '' ? ['no heading'] : []),
    ...(letters < LETTERS ? [`only ${letters} letters`] : []),
    ...brokenImages.map((src) => `image: ${src}`),
    ...leftovers.map((text) => `still Markdown: ${text}`),
    ...(overflows ? ['wider than the window'] : []),
  ]
}

/**
 * Links into the site must lead to a page, and to a place on it. Those that lead outside are not followed.
 * @param pages of the whole site
 * @param exists whether the site has a file, for what is no page: a drawing, a source
 */
export function links({ links }, pages, origin, exists) {
  return [...new Set(links)].flatMap((href) => {
    const { origin: to, protocol, pathname, hash } = new URL(href)
    if (to !== origin) return /^(https?|mailto):$/.test(protocol) ? [] : [`link: ${href}`]
    const target = pages.get(pathname.replace(/\/$/, '/index.html'))
    if (target === undefined) return exists(decodeURIComponent(pathname)) ? [] : [`link: ${pathname}`]
    const place = decodeURIComponent(hash.slice(1))
    return place === '' || target.ids.includes(place) ? [] : [`link: ${pathname}${hash}`]
  })
}
