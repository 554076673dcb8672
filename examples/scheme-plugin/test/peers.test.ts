/** Among strangers: clients and servers that know nothing of camio. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { listen, open } from '@camio/core'
import 'camio-ws'
import { WebSocket } from 'ws'
import { codeOf, foreignServer } from './support.js'

const text = (bytes: Uint8Array | null) => Buffer.from(bytes!).toString()

test('a foreign client sends text and binary, and is answered in the kind that it wants', async () => {
  await using listener = await listen('ws://127.0.0.1:0/chat', { text: true })
  const client = new WebSocket(listener.uri)
  await once(client, 'open')
  client.send('hello')
  client.send(Buffer.from('bytes'))
  await using stream = await listener.accept()
  for (const expected of ['hello', 'bytes']) {
    assert.equal(text(await stream.read()), expected)
    stream.release()
  }
  const answer = once(client, 'message')
  await stream.write(Buffer.from('welcome'))
  const [data, isBinary] = await answer
  assert.equal(String(data), 'welcome')
  assert.equal(isBinary, false)
  const closed = once(client, 'close')
  await stream.end()
  assert.equal((await closed)[0], 1000)
})

test('headers, subprotocol, path and query reach a foreign server', async (t) => {
  let seen: unknown[] = []
  const url = await foreignServer(t, (ws, { headers, url }) => {
    seen = [headers.authorization, url, ws.protocol]
    ws.close()
  })
  await using stream = await open(`${url}a%20b%3Fq=1`, {
    headers: { Authorization: 'Bearer x' },
    protocol: 'chat,other',
  })
  assert.equal(await stream.read(), null)
  assert.deepEqual(seen, ['Bearer x', '/a%20b?q=1', 'chat'])
})

test('a message over max-message is ERR_CAMIO_TOO_LARGE at both ends', async () => {
  await using listener = await listen('ws://127.0.0.1:0/', { maxMessage: 1000 })
  await using near = await open(listener.uri)
  await near.write(new Uint8Array(1001))
  await using far = await listener.accept()
  await assert.rejects(far.read(), (error) => codeOf(error) === 'ERR_CAMIO_TOO_LARGE')
  await assert.rejects(near.read(), (error) => codeOf(error) === 'ERR_CAMIO_TOO_LARGE')
})

test('what was not read when its reader closed is no success for its writer', async () => {
  await using listener = await listen('ws://127.0.0.1:0/')
  const near = await open(listener.uri)
  const far = await listener.accept()
  await near.write(Buffer.from('unread'))
  await far.readable()
  await far.close()
  await assert.rejects(near.read(), (error) => codeOf(error) === 'ERR_CAMIO_RESET')
  await near.close()
})

test('what is committed when the peer has gone is an error, not lost', async () => {
  await using listener = await listen('ws://127.0.0.1:0/')
  const near = await open(listener.uri)
  const far = await listener.accept()
  near.tryClaim(10)
  await far.close()
  assert.equal(await near.read(), null)
  near.commit()
  await assert.rejects(
    near.flush().then(() => near.flush()),
    (error) => codeOf(error) === 'ERR_CAMIO_RESET',
  )
  await near.close()
})

test('small messages of one turn leave together', async () => {
  await using listener = await listen('ws://127.0.0.1:0/')
  await using near = await open(listener.uri)
  await using far = await listener.accept()
  for (let i = 0; i < 100; i++) assert.ok(near.tryWrite(Buffer.from([i])))
  await near.flush()
  assert.equal(near.stats.write.systemCalls, 1)
  for (let i = 0; i < 100; i++) {
    assert.deepEqual([...(await far.read())!], [i])
    far.release()
  }
})

test('one program reads messages, or bytes where it asks for them', async () => {
  await using listener = await listen('ws://127.0.0.1:0/', { framing: 'bytes' })
  await using near = await open(listener.uri)
  await near.write(Buffer.from('ab'))
  await near.write(Buffer.from('cd'))
  await near.end()
  await using far = await listener.accept()
  const bytes: number[] = []
  for await (const lease of far) bytes.push(...lease)
  assert.equal(Buffer.from(bytes).toString(), 'abcd')
})

test('listen=1 is one peer’s server', async () => {
  await using probe = await listen('ws://127.0.0.1:0/')
  const { uri } = probe
  await probe.close()
  const waiting = open(`${uri}?listen=1` as 'ws:')
  const client = await (async function retry(): Promise<WebSocket> {
    const ws = new WebSocket(uri)
    const opened = await Promise.race([
      once(ws, 'open').then(
        () => true,
        () => false,
      ),
    ])
    return opened ? ws : retry()
  })()
  await using stream = await waiting
  client.send('one')
  assert.equal(text(await stream.read()), 'one')
  client.terminate()
})
