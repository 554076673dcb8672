/** Options and addresses that make no sense are refused by name, by either engine alike. */
import { createSocket } from 'node:dgram'
import { isCamioError, listen, open } from '@camio/core'
import test from 'ava'
import { ANYBODY, ENGINES, opened } from './support.js'

type Opener = (uri: string) => Promise<{ close(): Promise<void> }>

const REFUSED: ReadonlyArray<readonly [Opener, string, string, string?]> = [
  // Of groups only.
  [open, 'udp://127.0.0.1:9?iface=lo', 'ERR_CAMIO_BAD_OPTION', 'iface'],
  [open, 'udp://127.0.0.1:9?source=10.0.0.1', 'ERR_CAMIO_BAD_OPTION', 'source'],
  [open, 'udp://127.0.0.1:9?loop=0', 'ERR_CAMIO_BAD_OPTION', 'loop'],
  [open, 'udp://127.0.0.1:9?ttl=0', 'ERR_CAMIO_BAD_OPTION', 'ttl'],
  [open, 'udp://:0?ttl=0', 'ERR_CAMIO_BAD_OPTION', 'ttl'],
  [open, 'udp://:0?source=10.0.0.1', 'ERR_CAMIO_BAD_OPTION', 'source'],
  [open, 'udp://:0?iface=nosuch', 'ERR_CAMIO_BAD_OPTION', 'iface'],
  [open, 'udp://239.7.7.7:9?mode=w&source=10.0.0.1', 'ERR_CAMIO_BAD_OPTION', 'source'],
  [listen, 'udp://:0?iface=lo', 'ERR_CAMIO_BAD_OPTION', 'iface'],
  [listen, 'udp://:0?source=10.0.0.1', 'ERR_CAMIO_BAD_OPTION', 'source'],
  [listen, 'udp://:0?loop=0', 'ERR_CAMIO_BAD_OPTION', 'loop'],
  [listen, 'udp://:0?ttl=0', 'ERR_CAMIO_BAD_OPTION', 'ttl'],
  [listen, 'udp://:0?bind=127.0.0.1', 'ERR_CAMIO_BAD_OPTION', 'bind'],
  // Nowhere.
  [open, 'udp://239.7.7.7:0?mode=w&iface=lo', 'ERR_CAMIO_BAD_URI'],
  [open, 'udp://239.7.7.7:0?iface=lo', 'ERR_CAMIO_BAD_URI'],
  [open, 'udp://[fe80::1%25nosuch]:9', 'ERR_CAMIO_ADDRESS'],
  [listen, 'udp://[fe80::1%25nosuch]:9', 'ERR_CAMIO_ADDRESS'],
]

for (const engine of ENGINES) {
  test(`${engine}: options that would do nothing, and addresses that are none, are refused by name`, async (t) => {
    for (const [opener, uri, code, option] of REFUSED) {
      const full = uri.includes('?') ? `${uri}&engine=${engine}` : `${uri}?engine=${engine}`
      const error = await t.throwsAsync(
        opener(full).then((stream) => stream.close()),
        { code },
        full,
      )
      if (option !== undefined) t.regex(error!.message, new RegExp(`option "${option}"`), full)
    }
  })

  test(`${engine}: ttl=0 keeps a group’s datagrams on this host`, async (t) => {
    const group = await opened(t, 'udp://239.7.7.7:9?mode=w&ttl=0', { engine, iface: '127.0.0.1' })
    t.true(group.features.writable)
  })

  test(`${engine}: a zone that nobody knows is no address to send to`, async (t) => {
    const stream = await opened(t, 'udp://:0', { engine })
    t.throws(() => stream.tryClaim(1, { host: 'fe80::1%nosuch', port: 9 }), { code: 'ERR_CAMIO_ADDRESS' })
  })

  test(`${engine}: a port that only IPv6 has taken is taken: no silent step back to IPv4`, async (t) => {
    const socket = createSocket('udp6')
    t.teardown(() => socket.close())
    const taken = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false))
      socket.bind(0, '::1', () => resolve(true))
    })
    if (!taken) {
      t.pass('there is no IPv6 here')
      return
    }
    for (const opener of [open, listen] as Opener[]) {
      const error = await t.throwsAsync(
        opener(`udp://:${socket.address().port}?engine=${engine}`).then((stream) => stream.close()),
      )
      t.true(isCamioError(error, 'ERR_CAMIO_ADDRESS_IN_USE'), String(error))
    }
  })
}

test('the interface of a bound stream is an option of its own', async (t) => {
  const stream = await opened(t, `${ANYBODY}&iface=127.0.0.1`)
  t.true(stream.features.writable)
})
