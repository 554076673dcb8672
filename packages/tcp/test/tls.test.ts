import '@camio/tcp'
import { writeFileSync } from 'node:fs'
import { connect as connectPlain, createServer } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { listen, open } from '@camio/core'
import { TlsStream } from '@camio/tcp'
import test, { type ExecutionContext } from 'ava'
import { certificate } from './certificates.js'
import { run } from './child.js'
import { closeLater, listenFor, pair, readAll } from './pairs.js'
import { freshPath } from './places.js'

const HERE = 'tls://127.0.0.1:0'
const authority = await certificate({ name: 'authority', authority: true })
const good = await certificate({ issuer: authority })
const ca = authority.cert
const hello = Buffer.from('hello')

/** Opens against a listener with that certificate, which must fail. @returns the error */
async function refusal(t: ExecutionContext, own: { cert: string; key: string }, options: object, host = 'localhost') {
  const listener = await listenFor(t, HERE, own)
  const port = listener.uri.split(':').at(-1)
  const error = await t.throwsAsync(open(`tls://${host}:${port}`, options), { code: 'ERR_CAMIO_TLS' })
  t.true(error?.message.includes(`tls://${host}:${port}`))
  t.is(listener.tryAccept(), null)
  return error?.message ?? ''
}

test('encrypts both ways; features say so', async (t) => {
  const { near, far } = await pair(t, HERE, good, { ca })
  t.true(near.features.encrypted)
  t.is(near.features.engine, 'node')
  await near.write(hello)
  await near.end()
  t.deepEqual(await readAll(far), hello)
  await far.write(Buffer.alloc(3_000_000, 7))
  await far.end()
  t.is((await readAll(near)).length, 3_000_000)
})

test('another name', async (t) => {
  const other = await certificate({ name: 'other.example', issuer: authority })
  t.regex(await refusal(t, other, { ca }), /for another name/)
  t.regex(await refusal(t, good, { ca, servername: 'other.example' }), /for another name/)
})

test('expired', async (t) => {
  const expired = await certificate({ issuer: authority, expired: true })
  t.regex(await refusal(t, expired, { ca }), /expired/)
})

test('self-signed, and unknown issuer', async (t) => {
  t.regex(await refusal(t, await certificate(), {}), /self-signed/)
  t.regex(await refusal(t, good, {}), /issuer is unknown/)
})

test('verification is on by default; verify=0 turns it off', async (t) => {
  const listener = await listenFor(t, HERE, await certificate({ name: 'other.example', expired: true }))
  await t.throwsAsync(open(listener.uri), { code: 'ERR_CAMIO_TLS' })
  closeLater(t, await open(listener.uri, { verify: false }))
  closeLater(t, await listener.accept())
})

test('an address is checked as an address, a servername as a name', async (t) => {
  const listener = await listenFor(t, HERE, good)
  closeLater(t, await open(listener.uri, { ca }))
  closeLater(t, await open(listener.uri, { ca, servername: 'localhost' }))
  for (let i = 0; i < 2; i++) t.true(closeLater(t, await listener.accept()).features.encrypted)
})

test('alpn: the first common protocol; none in common is an error', async (t) => {
  const { near, far, listener } = await pair(t, HERE, { ...good, alpn: 'h2,http/1.1' }, { ca, alpn: 'x,http/1.1' })
  t.true(near instanceof TlsStream && far instanceof TlsStream)
  t.is((near as TlsStream).protocol, 'http/1.1')
  t.is((far as TlsStream).protocol, 'http/1.1')
  const error = await t.throwsAsync(open(listener.uri, { ca, alpn: 'x' }), { code: 'ERR_CAMIO_TLS' })
  t.regex(error?.message ?? '', /none of the protocols/)
})

test('client-cert=require: with one the peer is known, without one nobody is accepted', async (t) => {
  const client = await certificate({ name: 'client', issuer: authority })
  const options = { ...good, ca, clientCert: 'require' }
  const { far, listener } = await pair(t, HERE, options, { ca, ...client })
  t.is((far as TlsStream).peerCertificate?.subject.CN, 'client')
  // In TLS 1.3 the client learns it after its own handshake.
  for (const own of [{}, await certificate({ name: 'client' })]) {
    const stranger = closeLater(t, await open(listener.uri, { ca, ...own }))
    const error = await t.throwsAsync(stranger.read(), { code: 'ERR_CAMIO_RESET' })
    t.regex(error?.message ?? '', /want a certificate of ours/)
  }
  t.is(listener.tryAccept(), null)
})

/** What a client does that only sends. */
async function send(uri: string, options: Record<string, unknown>): Promise<void> {
  const near = await open(uri, options)
  try {
    await near.write(hello)
    await near.flush()
    await near.end()
  } finally {
    await near.close()
  }
}

test('a client that only sends is told that its certificate was refused, by close() at the latest', async (t) => {
  const listener = await listenFor(t, HERE, { ...good, ca, clientCert: 'require' })
  const strangers = [{}, await certificate({ name: 'client' })]
  for (const own of strangers) await t.throwsAsync(send(listener.uri, { ca, ...own }), { code: 'ERR_CAMIO_RESET' })
  t.is(listener.tryAccept(), null)
  const sending = send(listener.uri, { ca, ...(await certificate({ name: 'client', issuer: authority })) })
  const far = closeLater(t, await listener.accept())
  t.deepEqual(await readAll(far), hello)
  await far.close()
  await sending
})

test('a server that refuses by an alert', async (t) => {
  const options = { ...good, ca, requestCert: true, rejectUnauthorized: true }
  const server = createSecureServer(options).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const error = await t.throwsAsync(send(`tls://127.0.0.1:${port}`, { ca }), { code: 'ERR_CAMIO_TLS' })
  t.regex(error?.message ?? '', /wants a certificate/)
})

// What a reset looks like when TLS's own farewell ran into it: an end, and not a byte since the handshake.
test('an end in place of any answer to the handshake is no end', async (t) => {
  const listener = await listenFor(t, HERE, good)
  const port = Number(listener.uri.split(':').at(-1))
  const cutter = createServer((client) => {
    const server = connectPlain(port, '127.0.0.1').on('error', () => {})
    client.on('error', () => {}).on('close', () => server.destroy())
    server.on('data', (flight) => client.write(flight))
    client.once('data', (hi) => {
      server.write(hi)
      client.once('data', () => client.end())
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => cutter.once('listening', resolve))
  t.teardown(() => cutter.close())
  const uri = `tls://127.0.0.1:${(cutter.address() as { port: number }).port}`
  await t.throwsAsync(send(uri, { ca }), { code: 'ERR_CAMIO_RESET' })
  const reader = closeLater(t, await open(uri, { ca }))
  await t.throwsAsync(reader.read(), { code: 'ERR_CAMIO_RESET' })
})

test('a server that never answers and keeps its side open does not hold close() for all of linger', async (t) => {
  const listener = await listenFor(t, HERE, good)
  const sending = send(listener.uri, { ca, linger: 3_600_000 })
  const far = closeLater(t, await listener.accept())
  await sending
  t.deepEqual(await readAll(far), hello)
})

test('discard ends a close() that waits for the verdict', async (t) => {
  const { near } = await pair(t, HERE, good, { ca })
  await near.write(hello)
  const closing = near.close()
  await near.close({ discard: true })
  await t.notThrowsAsync(closing)
})

test('certificates from files, by option and by environment', async (t) => {
  const [certFile, keyFile, caFile] = [freshPath(), freshPath(), freshPath()]
  writeFileSync(certFile, good.cert)
  writeFileSync(keyFile, good.key)
  writeFileSync(caFile, ca)
  const { near } = await pair(t, HERE, { certFile, keyFile }, { caFile })
  t.true(near.features.encrypted)
  const { code, stdout, stderr } = await run(
    `const listener = await listen('${HERE}')
     const accepting = listener.accept()
     const near = await open(listener.uri)
     console.log(near.uri === listener.uri, (await accepting).features.encrypted)
     process.exit()`,
    { env: { CAMIO_TLS_CERT: certFile, CAMIO_TLS_KEY: keyFile, CAMIO_TLS_CA: caFile } },
  )
  t.is(code, 0, stderr)
  t.is(stdout.trim(), 'true true')
})

test('certificates that are missing, no certificates, or another key’s', async (t) => {
  await t.throwsAsync(listen(HERE), { code: 'ERR_CAMIO_TLS', message: /needs a certificate/ })
  await t.throwsAsync(listen(HERE, { cert: 'x', key: 'y' }), { code: 'ERR_CAMIO_TLS', message: /cannot be used/ })
  const { key } = await certificate()
  await t.throwsAsync(listen(HERE, { cert: good.cert, key }), { code: 'ERR_CAMIO_TLS' })
  await t.throwsAsync(listen(HERE, { certFile: freshPath() }), { code: 'ERR_CAMIO_NOT_FOUND' })
  await t.throwsAsync(open('tls://localhost:1?cert=secret'), {
    code: 'ERR_CAMIO_BAD_OPTION',
    message: /options object/,
  })
  await t.throwsAsync(open('tls://localhost:1', { ca: 5 as never }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

test('a server that does not speak TLS', async (t) => {
  const server = createServer((socket) => socket.end('SSH-2.0-not-tls\r\n')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  await t.throwsAsync(open(`tls://127.0.0.1:${port}`, { ca }), { code: 'ERR_CAMIO_TLS', message: /does not speak TLS/ })
})

test('a client that does not speak TLS, and one that says nothing, disturb nobody', async (t) => {
  const listener = await listenFor(t, HERE, good)
  const port = Number(listener.uri.split(':').at(-1))
  const garbage = connectPlain(port, '127.0.0.1').on('error', () => {})
  garbage.write('GET / HTTP/1.1\r\n\r\n')
  const silent = connectPlain(port, '127.0.0.1').on('error', () => {})
  const near = closeLater(t, await open(listener.uri, { ca }))
  const far = closeLater(t, await listener.accept())
  await near.write(hello)
  await near.end()
  t.deepEqual(await readAll(far), hello)
  const cut = new Promise((resolve) => silent.once('close', resolve))
  silent.resume()
  // Closing the listener ends handshakes that are under way.
  await listener.close()
  await cut
  garbage.destroy()
})

test('discard drops what was not sent, and the other end is told: by an end, or a reset', async (t) => {
  const { near, far } = await pair(t, HERE, good, { ca })
  while (near.tryWrite(Buffer.alloc(65_536))) near.tryFlush()
  const { bytes } = near.stats.write
  await near.close({ discard: true })
  let received = 0
  try {
    for await (const lease of far) received += lease.length
  } catch (error) {
    t.like(error, { code: 'ERR_CAMIO_RESET' })
  }
  t.true(received < bytes, `${received} of ${bytes}`)
})

test('the handshake is under connect-timeout and the signal', async (t) => {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  await t.throwsAsync(open(`tls://127.0.0.1:${port}?connect-timeout=50ms`), { code: 'ERR_CAMIO_TIMEOUT' })
  const controller = new AbortController()
  const opening = open(`tls://127.0.0.1:${port}`, { signal: controller.signal })
  setImmediate(() => controller.abort(new Error('enough')))
  await t.throwsAsync(opening, { message: 'enough' })
})
