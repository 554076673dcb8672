// Servers that answer wrongly, late, or not at all.
import { listen, type Stream } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import { type Client, type ConnectOptions, connect, Form } from '../../dist/client/index.js'
import { name } from '../support/server.js'

/** A server that is the test's own program. Protocol 2: it need not understand a greeting. */
async function against(
  t: ExecutionContext,
  program: (peer: Stream) => Promise<void>,
  options: ConnectOptions = {},
): Promise<Client> {
  const server = await listen(`mem:${name()}`, { framing: 'bytes' })
  t.teardown(() => server.close())
  const accepted = server.accept().then(async (peer) => {
    t.teardown(() => peer.close({ discard: true }))
    await program(peer)
  })
  accepted.catch((error: unknown) => t.fail(String(error)))
  const client = await connect(server.uri, { protocol: 2, ...options })
  t.teardown(() => client.close())
  return client
}

const says =
  (...words: readonly string[]) =>
  async (peer: Stream): Promise<void> => {
    await peer.read()
    peer.release()
    for (const word of words) await peer.write(Buffer.from(word))
  }

for (const [what, words] of [
  ['nonsense', ['HTTP/1.1 400 Bad Request\r\n\r\n']],
  ['a string longer than it says', ['$1\r\nabc\r\n']],
  ['more than was asked', ['+one\r\n+two\r\n']],
] as const)
  test(`${what} ends the connection, and whoever waits is told`, async (t) => {
    const kv = await against(t, says(...words))
    await Promise.allSettled([kv.command('A')])
    t.is((await kv.ended).code, 'ERR_CAMIO_CORRUPT')
    await t.throwsAsync(kv.command('B'), { code: 'ERR_CAMIO_CORRUPT' })
  })

test('an answer of the wrong kind rejects its request; the next one is answered', async (t) => {
  const kv = await against(t, says(':1\r\n', '*1\r\n+a\r\n', '+OK\r\n'))
  const [text, number, done] = await Promise.allSettled([kv.get('a'), kv.incr('a'), kv.set('a', 'b')])
  t.is((text as PromiseRejectedResult).reason.code, 'ERR_CAMIO_CORRUPT')
  t.is((number as PromiseRejectedResult).reason.code, 'ERR_CAMIO_CORRUPT')
  t.like(done, { value: true })
})

test('the end in the middle of an answer', async (t) => {
  const kv = await against(t, async (peer) => {
    await says('+one\r\n$10\r\nhal')(peer)
    await peer.end()
  })
  const [one, half] = await Promise.allSettled([kv.command('A'), kv.command('B')])
  t.like(one, { value: 'one' })
  t.is((half as PromiseRejectedResult).reason.code, 'ERR_CAMIO_RESET')
})

test('a server that is gone', async (t) => {
  const kv = await against(t, async (peer) => {
    await peer.read()
    peer.release()
    await peer.close({ discard: true })
  })
  await t.throwsAsync(kv.command('A'))
  t.not((await kv.ended).code, 'ERR_CAMIO_CLOSED')
})

test('a server that says nothing: replyTimeout, after which the connection is over', async (t) => {
  const kv = await against(t, async () => {}, { replyTimeout: '30ms' })
  await t.throwsAsync(kv.command('A'), { code: 'ERR_CAMIO_TIMEOUT' })
  await t.throwsAsync(kv.command('A'), { code: 'ERR_CAMIO_TIMEOUT' })
})

test('a server that is slow, but not that slow: replyTimeout counts from the last answer', async (t) => {
  const kv = await against(
    t,
    async (peer) => {
      await peer.read()
      peer.release()
      for (let i = 0; i < 6; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100))
        await peer.write(Buffer.from(`:${i}\r\n`))
      }
    },
    { replyTimeout: 550 },
  )
  const answers = Promise.all(Array.from({ length: 6 }, () => kv.command('A')))
  t.deepEqual(await answers, [0, 1, 2, 3, 4, 5])
})

test('spinning gives up, too', async (t) => {
  const kv = await against(t, async () => {}, { replyTimeout: 20 })
  const failed: string[] = []
  const handler = { form: Form.TEXT, reply: () => t.fail(), fail: (error: { code: string }) => failed.push(error.code) }
  t.true(kv.exchange.trySend(['A'], handler))
  t.throws(() => kv.exchange.spin(), { code: 'ERR_CAMIO_TIMEOUT' })
  t.deepEqual(failed, ['ERR_CAMIO_TIMEOUT'])
})

test('a handler that polls is told that it cannot, one that throws ends the connection', async (t) => {
  const kv = await against(t, says('+a\r\n', '+b\r\n'))
  const seen: unknown[] = []
  const nested = {
    form: Form.TEXT,
    reply: () => seen.push(t.throws(() => kv.exchange.poll(), { code: 'ERR_CAMIO_MISUSE' })?.name),
    fail: () => t.fail(),
  }
  const throws = {
    form: Form.TEXT,
    reply: () => {
      throw new Error('a defect')
    },
    fail: () => t.fail(),
  }
  kv.exchange.send(['A'], nested)
  kv.exchange.send(['B'], throws)
  const { code, cause } = await kv.ended
  t.deepEqual(seen, ['CamioError'])
  t.is(code, 'ERR_CAMIO_MISUSE')
  t.is((cause as Error).message, 'a defect')
})

test('a handler may close', async (t) => {
  const kv = await against(t, says('+a\r\n+b\r\n'))
  const failed: string[] = []
  const handler = {
    form: Form.TEXT,
    reply: () => void kv.close(),
    fail: (error: { code: string }) => failed.push(error.code),
  }
  kv.exchange.send(['A'], handler)
  kv.exchange.send(['B'], handler)
  t.is((await kv.ended).code, 'ERR_CAMIO_CLOSED')
  t.deepEqual(failed, ['ERR_CAMIO_CLOSED'])
})

// -------------------------------------------------------------------------------------------------------------- datagrams

/** A server over datagrams that answers as `answer` says: a list of datagrams for each request. */
async function datagrams(
  t: ExecutionContext,
  answer: (tag: string, request: string) => readonly string[],
  options: ConnectOptions = {},
): Promise<Client> {
  const server = await listen('udp://127.0.0.1:0')
  t.teardown(() => server.close())
  const serve = async (peer: Stream): Promise<void> => {
    t.teardown(() => peer.close({ discard: true }))
    for await (const lease of peer) {
      const text = Buffer.from(lease).toString()
      const [, tag] = /ECHO\r\n\$\d+\r\n([^\r]*)\r\n/.exec(text)!
      for (const datagram of answer(tag!, text)) await peer.write(Buffer.from(datagram))
    }
  }
  server
    .accept()
    .then(serve)
    .catch(() => {})
  const client = await connect(server.uri, options)
  t.teardown(() => client.close())
  return client
}

const tagged = (tag: string, rest: string): string => `$${tag.length}\r\n${tag}\r\n${rest}`

test('datagrams: one that is lost is an error in time, and the connection is over', async (t) => {
  const kv = await datagrams(t, () => [], { replyTimeout: 30 })
  await t.throwsAsync(kv.get('a'), { code: 'ERR_CAMIO_TIMEOUT' })
  await t.throwsAsync(kv.get('a'), { code: 'ERR_CAMIO_TIMEOUT' })
})

test('datagrams: one that comes twice, or late, answers nothing else', async (t) => {
  let last = ''
  const kv = await datagrams(t, (tag, request) => {
    const answer = tagged(tag, request.includes('first') ? '+first\r\n' : '+second\r\n')
    const all = [last, last, answer, answer].filter((datagram) => datagram !== '')
    last = answer
    return all
  })
  for (let i = 0; i < 20; i++) {
    t.is(await kv.get('first'), 'first')
    t.is(await kv.get('second'), 'second')
  }
})

test('datagrams: a refusal answers what waits', async (t) => {
  const kv = await datagrams(t, () => ['-NOAUTH first\r\n-NOAUTH second\r\n'])
  await t.throwsAsync(kv.get('a'), { message: 'NOAUTH second' })
  const short = await datagrams(t, () => ['-ERR does not fit\r\n'])
  await t.throwsAsync(short.get('a'), { message: 'ERR does not fit' })
})

test('datagrams: half an answer is none', async (t) => {
  const kv = await datagrams(t, (tag) => [tagged(tag, '$10\r\nhal')])
  await t.throwsAsync(kv.get('a'), { code: 'ERR_CAMIO_CORRUPT' })
})
