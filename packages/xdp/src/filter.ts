/** `filter=`: which frames a stream gets. What it does not get stays with the kernel. */
import { CamioError } from '@camio/core/spi'

export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'ethertype'; readonly value: number }
  | { readonly kind: 'udp'; readonly value: number }

/** For the option's `check`. @returns what is wrong, or `null` */
export function checkFilter(text: string): string | null {
  return read(text) === null ? `is "${text}", not all, ethertype:NUMBER (0x0600 to 0xffff) or udp:PORT` : null
}

/** @throws `ERR_CAMIO_BAD_OPTION` */
export function parseFilter(text: string, uri: string): Filter {
  const filter = read(text)
  if (filter !== null) return filter
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "filter" in ${uri} ${checkFilter(text)}`, { uri })
}

function read(text: string): Filter | null {
  if (text === 'all') return { kind: 'all' }
  const [, kind, number] = /^(ethertype|udp):(0x[0-9a-f]{1,4}|\d{1,5})$/i.exec(text) ?? []
  if (kind === undefined) return null
  const value = Number(number)
  // Below 0x0600 the field is a length, IEEE 802.3.
  const least = kind === 'udp' ? 1 : 0x0600
  return value >= least && value <= 0xffff ? { kind: kind as 'ethertype' | 'udp', value } : null
}
