import '@camio/tcp'
import { listen, open } from '@camio/core'
import test from 'ava'
import { run } from './child.js'
import { closeLater, listenFor, pair, readAll } from './pairs.js'
import { LOOPBACK } from './places.js'

const hello = Buffer.from('hello')

for (const engine of ['native', 'node'] as const) {
  test(`${engine}: nobody listens: ERR_CAMIO_REFUSED with errno and syscall`, async (t) => {
    const listener = await listen(LOOPBACK, { engine })
    const { uri } = listener
    await listener.close()
    const error = await t.throwsAsync(open(uri, { engine }), { code: 'ERR_CAMIO_REFUSED' })
    t.like(error, { uri, errno: 111, syscall: 'connect' })
  })

  test(`${engine}: port 0 is resolved, a taken port is ERR_CAMIO_ADDRESS_IN_USE`, async (t) => {
    const { uri } = await listenFor(t, LOOPBACK, { engine })
    t.regex(uri, /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/)
    await t.throwsAsync(listen(uri, { engine }), { code: 'ERR_CAMIO_ADDRESS_IN_USE' })
  })

  test(`${engine}: IPv6`, async (t) => {
    const { near, far, listener } = await pair(t, 'tcp://[::1]:0', { engine })
    t.regex(listener.uri, /^tcp:\/\/\[::1\]:\d+$/)
    t.is(near.uri, listener.uri)
    t.is(far.remote?.host, '::1')
    await near.write(hello)
    await near.end()
    t.deepEqual(await readAll(far), hello)
  })

  test(`${engine}: without a host every address is listened on`, async (t) => {
    const listener = await listenFor(t, 'tcp://:0', { engine })
    const port = listener.uri.split(':').at(-1)
    for (const host of ['127.0.0.1', '[::1]']) {
      const near = closeLater(t, await open(`tcp://${host}:${port}`, { engine }))
      closeLater(t, await listener.accept())
      t.is(near.uri, `tcp://${host}:${port}`)
    }
  })

  test(`${engine}: a name is listened on at every address, with one port, and connected to`, async (t) => {
    const { near, far, listener } = await pair(t, 'tcp://localhost:0', { engine })
    t.is(new Set(listener.uris.map((uri) => uri.split(':').at(-1))).size, 1)
    await far.write(hello)
    await far.end()
    t.deepEqual(await readAll(near), hello)
  })

  test(`${engine}: an unknown name is ERR_CAMIO_ADDRESS`, async (t) => {
    await t.throwsAsync(open('tcp://no-such-host.invalid:1', { engine }), { code: 'ERR_CAMIO_ADDRESS' })
    await t.throwsAsync(listen('tcp://no-such-host.invalid:1', { engine }), { code: 'ERR_CAMIO_ADDRESS' })
  })

  test(`${engine}: half-close: one side ends, the other still answers`, async (t) => {
    const { near, far } = await pair(t, LOOPBACK, { engine })
    await near.write(hello)
    await near.end()
    const question = await readAll(far)
    await far.write(Buffer.concat([question, question]))
    await far.end()
    t.is((await readAll(near)).toString(), 'hellohello')
  })

  test(`${engine}: a reset is ERR_CAMIO_RESET after everything that came before it`, async (t) => {
    const { near, far } = await pair(t, LOOPBACK, { engine })
    await near.write(hello)
    await near.flush()
    t.deepEqual(Buffer.from((await far.read())!), hello)
    far.release()
    const waiting = far.readable()
    await near.close({ discard: true })
    await waiting
    t.throws(() => far.tryRead(), { code: 'ERR_CAMIO_RESET' })
    t.throws(() => far.tryRead(), { code: 'ERR_CAMIO_RESET' })
    t.throws(() => far.tryClaim(1), { code: 'ERR_CAMIO_RESET' })
  })

  test(`${engine}: close() does not reset what the peer has not read, though it leaves bytes unread itself`, async (t) => {
    const { near, far } = await pair(t, LOOPBACK, { engine })
    await near.write(Buffer.alloc(100_000, 1))
    await near.flush()
    await far.readable()
    await far.write(Buffer.alloc(200_000, 2))
    await far.close()
    const received = await readAll(near)
    t.is(received.length, 200_000)
    t.true(received.every((byte) => byte === 2))
  })

  test(`${engine}: listen=1 takes one peer and then listens no more`, async (t) => {
    const probe = await listen(LOOPBACK, { engine })
    const { uri } = probe
    await probe.close()
    const opening = open(uri, { engine, listen: true })
    // The address is bound in the same turn or a later one: try until it is.
    let near = null
    while (near === null) near = await open(uri, { engine }).catch(() => null)
    closeLater(t, near)
    const far = closeLater(t, await opening)
    await near.write(hello)
    await near.end()
    t.deepEqual(await readAll(far), hello)
    await t.throwsAsync(open(uri, { engine }), { code: 'ERR_CAMIO_REFUSED' })
  })

  test(`${engine}: listen=1 is given up by its signal, and the port is free`, async (t) => {
    const probe = await listen(LOOPBACK, { engine })
    const { uri } = probe
    await probe.close()
    const controller = new AbortController()
    const opening = open(uri, { engine, listen: true, signal: controller.signal })
    controller.abort(new Error('enough'))
    await t.throwsAsync(opening, { message: 'enough' })
    closeLater(t, await listen(uri, { engine }))
  })

  test(`${engine}: connect-timeout is ERR_CAMIO_TIMEOUT, a signal its own reason`, async (t) => {
    // Nobody accepts: when the queue is full, the system leaves further attempts without an answer.
    const { uri } = await listenFor(t, LOOPBACK, { engine: 'native', backlog: 1 })
    const attempt = () => open(uri, { engine, connectTimeout: '250ms' })
    let error: unknown
    for (let i = 0; i < 10 && error === undefined; i++) {
      const stream = await attempt().catch((reason: unknown) => void (error = reason))
      if (stream) closeLater(t, stream)
    }
    t.like(error, { code: 'ERR_CAMIO_TIMEOUT', uri })
    const controller = new AbortController()
    const opening = open(uri, { engine, signal: controller.signal })
    controller.abort(new Error('enough'))
    await t.throwsAsync(opening, { message: 'enough' })
  })

  test(`${engine}: bind chooses the local address`, async (t) => {
    const listener = await listenFor(t, LOOPBACK, { engine })
    closeLater(t, await open(listener.uri, { engine, bind: '127.0.0.5' }))
    const far = closeLater(t, await listener.accept())
    t.is(far.remote?.host, '127.0.0.5')
    t.true(far.uri.startsWith('tcp://127.0.0.5:'))
    for (const bind of ['somewhere', '10.0.0.1:', '1.2.3.4:70000', '[::1']) {
      await t.throwsAsync(open(listener.uri, { engine, bind }), { code: 'ERR_CAMIO_BAD_OPTION', message: /bind/ })
    }
    await t.throwsAsync(open(listener.uri, { engine, bind: '192.0.2.1' }), { code: 'ERR_CAMIO_ADDRESS' })
  })

  test(`${engine}: backpressure both ways at once: both sides write more than fits and read later`, async (t) => {
    const { near, far } = await pair(t, LOOPBACK, { engine })
    const size = 12_000_000
    const send = async (stream: typeof near, value: number) => {
      await stream.write(Buffer.alloc(size, value))
      await stream.end()
    }
    const sending = [send(near, 1), send(far, 2)]
    const [fromFar, fromNear] = await Promise.all([readAll(near), readAll(far)])
    await Promise.all(sending)
    t.is(fromFar.length, size)
    t.is(fromNear.length, size)
    t.true(fromFar.every((byte) => byte === 2) && fromNear.every((byte) => byte === 1))
  })
}

for (const address of [
  '',
  '//',
  '//localhost',
  '//localhost:',
  '//localhost:65536',
  '//:1:2',
  '//[::1',
  '//a b:1',
  '//h:1/x',
]) {
  test(`tcp:${address} is ERR_CAMIO_BAD_URI`, async (t) => {
    const error = await t.throwsAsync(open(`tcp:${address}`), { code: 'ERR_CAMIO_BAD_URI' })
    t.true(error?.message.includes('tcp:'))
  })
}

test('opening needs a host', async (t) => {
  await t.throwsAsync(open('tcp://:7000'), { code: 'ERR_CAMIO_BAD_URI' })
  await t.throwsAsync(open('tls://:7000'), { code: 'ERR_CAMIO_BAD_URI' })
})

test('options are checked: unknown, out of range, wrong type', async (t) => {
  await t.throwsAsync(open('tcp://h:1?nodellay=1'), { code: 'ERR_CAMIO_UNKNOWN_OPTION', message: /nodelay/ })
  await t.throwsAsync(open('tcp://h:1?backlog=0'), { code: 'ERR_CAMIO_BAD_OPTION', message: /backlog/ })
  await t.throwsAsync(open('tcp://h:1?engine=best'), { code: 'ERR_CAMIO_BAD_OPTION', message: /native/ })
  await t.throwsAsync(open('tcp://h:1', { nodelay: 'maybe' as never }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

test('reuseport shares a port', async (t) => {
  const first = await listenFor(t, LOOPBACK, { reuseport: true, engine: 'native' })
  const second = await listenFor(t, first.uri, { reuseport: true, engine: 'native' })
  t.is(second.uri, first.uri)
})

test('the node engine refuses what it cannot do', async (t) => {
  await t.throwsAsync(listen(LOOPBACK, { engine: 'node', rcvbuf: '64KiB' }), { code: 'ERR_CAMIO_UNSUPPORTED' })
  await t.throwsAsync(listen('unix:@camio-x', { engine: 'node' }), {
    code: 'ERR_CAMIO_UNSUPPORTED',
    message: /uid=any/,
  })
})

test('rcvbuf and sndbuf are set', async (t) => {
  const { near } = await pair(t, LOOPBACK, { engine: 'native', sndbuf: '8KiB', rcvbuf: '8KiB' })
  let accepted = 0
  const piece = Buffer.alloc(1024)
  // With small buffers little is on its way before the writer has to wait: the ring and some tens of KiB.
  while (near.tryWrite(piece)) {
    accepted += piece.length
    near.tryFlush()
  }
  t.true(accepted < 600 * 1024, `${accepted}`)
})

test('without the native part: import works, auto takes node, native says why not', async (t) => {
  const { code, stdout, stderr } = await run(
    `const listener = await listen('tcp://127.0.0.1:0')
     const accepting = listener.accept()
     const near = await open(listener.uri)
     const error = await open(listener.uri + '?engine=native').catch((e) => e)
     console.log(near.features.engine, (await accepting).features.engine, error.code, error.message)
     process.exit()`,
    { env: { CAMIO_NATIVE: '0' } },
  )
  t.is(code, 0, stderr)
  t.regex(stdout, /^node node ERR_CAMIO_UNAVAILABLE .*CAMIO_NATIVE=0/)
})
