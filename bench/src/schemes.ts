/** Schemes whose package is named otherwise. */
const PACKAGES: Readonly<Record<string, string>> = { unix: '@camio/tcp', packet: '@camio/xdp', vale: '@camio/netmap' }

/** The package that registers the scheme of this URI. */
export function packageOf(uri: string): string {
  const [scheme] = uri.split(':')
  return PACKAGES[scheme!] ?? `@camio/${scheme}`
}
