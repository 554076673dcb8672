/** The options of `ws:` and `wss:`, parsed and range-checked by core. */
import { option, type Target } from '@camio/core/spi'

type Pem = string | Uint8Array

export const wsOptions = {
  listen: option.bool({ help: 'open: wait for one peer, then listen no more' }),
  backlog: option.int({ default: 128, min: 1, max: 65_535, help: 'listen: streams that may wait to be accepted' }),
  'connect-timeout': option.time({ default: 30_000, min: 1, max: 3_600_000, help: 'open: how long to try' }),
  queue: option.size({
    default: 1024 * 1024,
    min: 1,
    max: 2 ** 30,
    help: 'bytes that may wait here to be read, and to be sent; one larger message always may',
  }),
  text: option.bool({ help: 'send text messages (UTF-8), for peers that want them; end() then ends both directions' }),
  protocol: option.string({
    check: checkProtocols,
    help: 'subprotocols to offer or to accept, in order: a,b',
  }),
  origin: option.string({
    help: 'listen: origins whose web pages may connect: https://a.example,https://b.example, or *',
  }),
  headers: option.object<Readonly<Record<string, string>>>({
    help: 'open: more headers of the request, such as Authorization',
  }),
} as const

export const wssOptions = {
  ...wsOptions,
  cert: option.object<Pem>({ help: 'own certificate chain, PEM; else cert-file' }),
  key: option.object<Pem>({ help: 'its private key, PEM; else key-file' }),
  ca: option.object<Pem>({ help: 'whom to trust instead of the system’s list, PEM; else ca-file' }),
  'cert-file': option.string({ help: 'path of the certificate chain, PEM' }),
  'key-file': option.string({ help: 'path of the private key, PEM' }),
  'ca-file': option.string({ help: 'path of the certificates to trust, PEM' }),
} as const

export type WsTarget = Target<typeof wsOptions>
export type WssTarget = Target<typeof wssOptions>

/** Tokens as RFC 6455, section 4.1, wants them. */
function checkProtocols(text: string): string | null {
  return text.split(',').every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name))
    ? null
    : `is "${text}", not a list of names such as mqtt,chat`
}
