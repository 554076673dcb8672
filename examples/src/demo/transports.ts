/** What the demo shows. A new transport is one more line in the list. */
import { join } from 'node:path'
import { registry } from '@camio/core'
import type { Certificates } from './certificates.js'
import { moveDatagrams } from './datagrams.js'
import type { Moved } from './move.js'

export interface Row {
  readonly scheme: string
  /** Where the receiver listens; the sender connects to what that became. */
  readonly uri: string
  /** How many files the receiver writes. */
  readonly files: number
  readonly listenOptions?: Readonly<Record<string, unknown>>
  readonly connectOptions?: Readonly<Record<string, unknown>>
  /** Where bytes alone are not enough. */
  readonly move?: (from: string, to: readonly string[]) => Promise<Moved>
}

export function rows(folder: string, { ca, cert, key }: Certificates): Row[] {
  return [
    ...sharedMemory(),
    { scheme: 'tcp', uri: 'tcp://127.0.0.1:0', files: 1 },
    { scheme: 'unix', uri: `unix:${join(folder, 'demo.sock')}`, files: 2 },
    { scheme: 'tls', uri: 'tls://127.0.0.1:0', files: 1, listenOptions: { cert, key }, connectOptions: { ca } },
    { scheme: 'udp', uri: 'udp://127.0.0.1:0', files: 1, move: moveDatagrams },
  ]
}

/** Messages, which the program wants as bytes. It has no other engine: where it cannot work there is no row. */
function sharedMemory(): Row[] {
  if (!registry.driver('shm').available().ok) return []
  const options = { framing: 'bytes', capacity: '1MiB' }
  return [{ scheme: 'shm', uri: `shm:demo-${process.pid}`, files: 1, listenOptions: options, connectOptions: options }]
}
