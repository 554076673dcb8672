/** How other WebSocket servers close, and what that means here. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { open } from '@camio/core'
import 'camio-ws'
import { codeOf, foreignServer } from './support.js'

const MEANINGS: ReadonlyArray<readonly [code: number | undefined, meaning: string | null]> = [
  [1000, null],
  [1001, null],
  [undefined, null],
  [1002, 'ERR_CAMIO_FRAME'],
  [1007, 'ERR_CAMIO_FRAME'],
  [1008, 'ERR_CAMIO_REFUSED'],
  [1009, 'ERR_CAMIO_TOO_LARGE'],
  [1011, 'ERR_CAMIO_RESET'],
  [1013, 'ERR_CAMIO_UNAVAILABLE'],
  [4000, 'ERR_CAMIO_RESET'],
]

for (const [code, meaning] of MEANINGS)
  test(`a close with ${code ?? 'no code'} is ${meaning ?? 'the end'}, after what came before`, async (t) => {
    const url = await foreignServer(t, (ws) => {
      ws.send('before')
      ws.close(code, code === undefined ? undefined : 'because')
    })
    await using stream = await open(url)
    assert.equal(Buffer.from((await stream.read())!).toString(), 'before')
    stream.release()
    if (meaning === null) return assert.equal(await stream.read(), null)
    await assert.rejects(
      stream.read(),
      (error: Error) => codeOf(error) === meaning && error.message.includes('because'),
    )
  })

test('a connection that breaks off is ERR_CAMIO_PEER_LOST', async (t) => {
  const url = await foreignServer(t, (ws) => ws.terminate())
  await using stream = await open(url)
  await assert.rejects(stream.read(), (error) => codeOf(error) === 'ERR_CAMIO_PEER_LOST')
})
