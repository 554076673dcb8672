/** Streams and sockets for tests, closed when the test is over. */
import '@camio/udp'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { type Listener, listen, open, type Stream } from '@camio/core'
import type { DatagramStream, UdpListener } from '@camio/udp'
import type { ExecutionContext } from 'ava'

export const ENGINES = ['native', 'node'] as const
export type Engine = (typeof ENGINES)[number]

/** Bound, on loopback, open to everybody; the system picks the port. */
export const ANYBODY = 'udp://:0?bind=127.0.0.1'

type Options = Readonly<Record<string, unknown>>

function later<T extends { close(o?: { discard?: boolean }): Promise<void> }>(t: ExecutionContext, thing: T): T {
  t.teardown(() => thing.close({ discard: true }))
  return thing
}

export async function opened(t: ExecutionContext, uri: string, options: Options = {}): Promise<DatagramStream> {
  return later(t, (await open(uri, options)) as DatagramStream)
}

export async function listening(t: ExecutionContext, uri: string, options: Options = {}): Promise<UdpListener> {
  return later(t, (await listen(uri, options)) as Listener as UdpListener)
}

/** A connected stream and the accepted one at its other end, which has heard `hello`. */
export async function pair(
  t: ExecutionContext,
  listenOptions: Options = {},
  openOptions: Options = listenOptions,
): Promise<{ near: DatagramStream; far: DatagramStream; listener: UdpListener }> {
  const listener = await listening(t, 'udp://127.0.0.1:0', listenOptions)
  const near = await opened(t, listener.uri, openOptions)
  const far = await greeted(t, listener, near)
  return { near, far, listener }
}

export async function greeted(t: ExecutionContext, listener: Listener, near: Stream): Promise<DatagramStream> {
  await near.write(Buffer.from('hello'))
  const far = later(t, (await listener.accept()) as DatagramStream)
  await text(far)
  return far
}

/** The next message. */
export async function text(stream: Stream): Promise<string> {
  const lease = await stream.read()
  const result = Buffer.from(lease!).toString()
  stream.release()
  return result
}

export async function bytes(stream: Stream): Promise<Buffer> {
  const copy = Buffer.from((await stream.read())!)
  stream.release()
  return copy
}

/** The URI of what is bound to a port of this host. */
export function loopback(stream: { readonly uri: string }): string {
  return `udp://127.0.0.1:${portOf(stream)}`
}

export function portOf({ uri }: { readonly uri: string }): number {
  return Number(/:(\d+)$/.exec(uri)![1])
}

/** A socket of Node's own, bound to loopback. */
export function dgram(t: ExecutionContext, port = 0): Promise<Socket> {
  const socket = createSocket('udp4')
  let open = true
  socket.once('close', () => {
    open = false
  })
  t.teardown(() => open && socket.close())
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, '127.0.0.1', () => resolve(socket))
  })
}

export function sent(
  socket: Socket,
  message: string | Uint8Array,
  to: { port: number; address: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, to.port, to.address, (error) => (error ? reject(error) : resolve()))
  })
}

export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}

export function heard(socket: Socket): Promise<{ message: Buffer; from: RemoteInfo }> {
  return new Promise((resolve) => socket.once('message', (message, from) => resolve({ message, from })))
}

/** Waits for a condition that nothing announces; ava's time limit bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
