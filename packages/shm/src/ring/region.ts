/** A mapped memory: its one ArrayBuffer, seen as bytes and as words. */
import { Mapped, NO_MEMORY } from '../binding.js'
import type { Hello } from '../link/hello.js'
import type { System } from '../system.js'
import { capacityOf } from './layout.js'

export class Region {
  readonly bytes: Uint8Array
  readonly words: Int32Array

  private constructor(
    private readonly system: System,
    /** The memory's slot. */
    readonly memory: number,
    /** A view made of it takes half the time of a `subarray`. */
    readonly buffer: ArrayBuffer,
  ) {
    // A program may transfer it; all views of ours are empty then, which the rings notice. It cannot be kept from that everywhere, and
    // where it can (Node 24, markAsUntransferable), Node itself dies of such a buffer when it ends.
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
  }

  /** Zeros. @throws a system error */
  static create(system: System, length: number): Region {
    return Region.over(system, system.binding.createMemory(length), length, Mapped.OWN)
  }

  /** @throws a system error: it is not what it should be; it was given back */
  static receive(system: System, memory: number, length: number, how: Mapped): Region {
    return Region.over(system, memory, length, how)
  }

  private static over(system: System, memory: number, length: number, how: Mapped): Region {
    try {
      return new Region(system, memory, system.binding.mapMemory(memory, length, how))
    } catch (error) {
      system.binding.releaseMemory(memory)
      throw error
    }
  }

  /** Bytes. */
  get length(): number {
    return this.bytes.length
  }

  /** Nobody else can change what this memory is. @param writable may those who get it write to it? */
  freeze(writable: boolean): this {
    this.system.binding.freezeMemory(this.memory, writable)
    return this
  }

  /** It has been given to whom it was for. */
  forget(): void {
    this.system.binding.forgetMemory(this.memory)
  }

  /** Gives it back. Leases and claims that are still held read zeros from now on. */
  release(): void {
    this.system.binding.releaseMemory(this.memory)
  }
}

/**
 * The ring that the other end lends, to be written to; what is not `wanted` is given back.
 * @throws an {@link Unusable} or a system error; it was given back
 */
export function receiveRing(system: System, { memory, length }: Hello, wanted: boolean): Region | null {
  if (wanted && capacityOf(length) !== null) return receiveMemory(system, memory, length, Mapped.RECEIVED)
  if (memory !== NO_MEMORY) system.binding.releaseMemory(memory)
  if (wanted) throw new Unusable('it is no ring')
  return null
}

/** Takes over what the other end lends, also when it throws. @throws an {@link Unusable}, or a system error: there is no room for it */
export function receiveMemory(system: System, memory: number, length: number, how: Mapped): Region {
  if (memory === NO_MEMORY) throw new Unusable('there is none')
  try {
    return Region.receive(system, memory, length, how)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EPERM') throw new Unusable('it is not sealed, and could be taken away while it is used')
    if (code === 'EINVAL' || code === 'EACCES') throw new Unusable('it is of another kind or size')
    throw error
  }
}

/** The other end lends what no honest one lends. */
export class Unusable extends Error {}
