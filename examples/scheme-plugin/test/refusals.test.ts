/** Who is refused, and in which words. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import test from 'node:test'
import { listen, open } from '@camio/core'
import 'camio-ws'
import { WebSocket } from 'ws'
import { certificate } from './certificates.js'
import { codeOf } from './support.js'

/** @returns the message */
async function fails(promise: Promise<unknown>, code: string): Promise<string> {
  const error = await promise.then(
    () => assert.fail('it went well'),
    (error: Error) => error,
  )
  assert.equal(codeOf(error), code, error.message)
  return error.message
}

async function statusFor(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const ws = new WebSocket(url, { headers })
  ws.on('error', () => {})
  const [, { statusCode }] = await once(ws, 'unexpected-response')
  ws.terminate()
  return statusCode
}

test('another path is not found', async () => {
  await using listener = await listen('ws://127.0.0.1:0/here')
  await fails(open(listener.uri.replace('here', 'there')), 'ERR_CAMIO_NOT_FOUND')
  await using _ = await open(listener.uri)
})

test('web pages are refused unless their origin is allowed', async () => {
  await using closed = await listen('ws://127.0.0.1:0/')
  assert.equal(await statusFor(closed.uri, { Origin: 'https://a.example' }), 403)
  await using some = await listen('ws://127.0.0.1:0/', { origin: 'https://a.example,https://b.example' })
  assert.equal(await statusFor(some.uri, { Origin: 'https://c.example' }), 403)
  await using _ = await open(some.uri, { headers: { Origin: 'https://b.example' } })
})

test('a full backlog refuses', async () => {
  await using listener = await listen('ws://127.0.0.1:0/', { backlog: 1 })
  await using _ = await open(listener.uri)
  await fails(open(listener.uri), 'ERR_CAMIO_REFUSED')
})

test('whoever asks for a page is told to upgrade', async () => {
  await using listener = await listen('ws://127.0.0.1:0/')
  const { status } = await fetch(listener.uri.replace('ws:', 'http:'))
  assert.equal(status, 426)
})

test('URIs that mean nothing are refused, and a password is not repeated', async () => {
  const message = await fails(open('ws://me:secret@127.0.0.1/'), 'ERR_CAMIO_BAD_URI')
  assert.ok(!message.includes('secret'))
  await fails(open('ws:nowhere'), 'ERR_CAMIO_BAD_URI')
  await fails(open('ws://:80/'), 'ERR_CAMIO_BAD_URI')
  await fails(listen('ws://127.0.0.1:0/%3Fq=1'), 'ERR_CAMIO_BAD_URI')
  await fails(open('ws://127.0.0.1/?protocol=a,'), 'ERR_CAMIO_BAD_OPTION')
})

test('what cannot be asked for is a bad option', async () => {
  await fails(open('ws://127.0.0.1:9/', { headers: { 'no header': 'x' } }), 'ERR_CAMIO_BAD_OPTION')
  await fails(open('ws://127.0.0.1:9/', { headers: { a: 'line\nbreak' } }), 'ERR_CAMIO_BAD_OPTION')
  await fails(open('ws://127.0.0.1:9/', { protocol: 'a,a' }), 'ERR_CAMIO_BAD_OPTION')
})

test('wss: trusts nobody by default, and no other name', async () => {
  const { cert, key } = await certificate()
  await using listener = await listen('wss://127.0.0.1:0/', { cert, key })
  await fails(open(listener.uri), 'ERR_CAMIO_TLS')
  await using trusted = await open(listener.uri, { ca: cert })
  assert.equal(trusted.features.encrypted, true)
  const other = await certificate('127.0.0.2')
  await using impostor = await listen('wss://127.0.0.1:0/', other)
  await fails(open(impostor.uri, { ca: other.cert }), 'ERR_CAMIO_TLS')
})

test('wss: needs a certificate to listen, and one that is one', async () => {
  await fails(listen('wss://127.0.0.1:0/'), 'ERR_CAMIO_TLS')
  await fails(listen('wss://127.0.0.1:0/', { certFile: 'no-such-file', keyFile: 'x' }), 'ERR_CAMIO_NOT_FOUND')
  await assert.rejects(listen('wss://127.0.0.1:0/', { cert: 'no', key: 'no' }))
})

test('an abort or a timeout in the middle of the handshake ends it', async (t) => {
  const { createServer } = await import('node:net')
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const uri = `ws://127.0.0.1:${(silent.address() as { port: number }).port}/` as const
  await fails(open(uri, { connectTimeout: 50 }), 'ERR_CAMIO_TIMEOUT')
  const reason = new Error('enough')
  const controller = new AbortController()
  const opening = open(uri, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  await assert.rejects(opening, reason)
})
