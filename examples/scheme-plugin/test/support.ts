/** The other end, made of nothing but the library `ws`. */
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { type WebSocket, WebSocketServer } from 'ws'

export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code
}

/** @returns where it listens, as a URI of camio's */
export async function foreignServer(
  t: TestContext,
  serve: (ws: WebSocket, request: IncomingMessage) => void,
): Promise<`ws:${string}`> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (ws, request) => {
    ws.on('error', () => {})
    serve(ws, request)
  })
  await once(server, 'listening')
  t.after(() => {
    for (const ws of server.clients) ws.terminate()
    server.close()
  })
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
