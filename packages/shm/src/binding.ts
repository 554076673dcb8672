/** The native part (native/*.cc), loaded when it is first needed. Linux only. */
import { type Availability, NativePart, type SlotBinding } from '@camio/core/spi'

/** How a memory is mapped; native/memory.h has the same numbers. */
export const Mapped = { OWN: 0, RECEIVED: 1, PRIVATELY: 2 } as const
export type Mapped = (typeof Mapped)[keyof typeof Mapped]

/** Instead of a memory's slot: none. */
export const NO_MEMORY = -1

/**
 * Sockets and memories are known by slots, small numbers that are used again. Setting up throws system errors as node:fs does; what
 * answers a number answers `-errno` when it fails.
 */
export interface Binding extends SlotBinding {
  /** A file in memory that can neither shrink nor grow. @returns a memory's slot */
  createMemory(length: number): number
  /** Once a slot. @throws EPERM, EINVAL for a received one that is not sealed, not of that length, or no such file at all */
  mapMemory(memory: number, length: number, how: Mapped): ArrayBuffer
  /** No seal can be added any more; without `writable` nobody can map it writably from now on. */
  freezeMemory(memory: number, writable: boolean): void
  /** Closes the descriptor; what is mapped stays. */
  forgetMemory(memory: number): void
  /** Closes everything; views that are still held read zeros. */
  releaseMemory(memory: number): void

  /** @throws EADDRINUSE */
  listen(name: string, backlog: number): number
  accept(socket: number): number
  /** @throws ECONNREFUSED where nobody has the name, EAGAIN where too many wait for its owner */
  connect(name: string): number
  peerUid(socket: number): number
  /** Of the process that connected, or listened; 0 if it cannot be seen from here. */
  peerPid(socket: number): number
  peerInGroup(socket: number, gid: number): boolean

  sendHello(socket: number, words: Int32Array, memory: number): number
  /**
   * Fills `words`; the last one receives the memory's slot, or {@link NO_MEMORY}.
   * @returns 1; 0 when the other end is gone; `-EAGAIN` when it has said nothing yet
   */
  receiveHello(socket: number, words: Int32Array): number

  ring(socket: number): number
  /** For an end that cannot say it in the memory. */
  sayFarewell(socket: number): number
  /** @param all or just some, which suffices for the next one to be heard @returns whether a farewell was among them */
  clearBells(socket: number, all: boolean): boolean
}

/** A program that polls finds messages by looking at the memory; the system is asked for arrivals and deaths alone. */
const POLL_EVERY = 64

export const native = new NativePart<Binding>('@camio/shm', import.meta.url, '..', POLL_EVERY)

export function available(): Availability {
  const { binding, reason } = native.loaded
  if (binding !== null) return { ok: true, engine: 'native' }
  // What else would need: shm_open(3) and a name in the file system for `createMemory`, SCM_RIGHTS is the same everywhere.
  return { ok: false, reason: `shared memory needs the native part: ${reason}` }
}
