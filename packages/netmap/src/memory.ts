/** The memory of a port, as this thread sees it, and which ports have the same one. */
import type { OpenedPort } from './binding.js'

/** Of netmap_if, in 32-bit words: the first of the extra buffers that the program owns. */
const EXTRA_HEAD = 32 >> 2

export class Memory {
  readonly bytes: Uint8Array
  /** Little-endian, as all machines that this runs on. */
  readonly words: Int32Array
  /** Shared by the streams of this thread that may exchange buffers. */
  readonly region: object
  /** Where the list of extra buffers begins, as an index of {@link words}. */
  readonly extraHead: number

  constructor(
    { buffer, at, memory }: Pick<OpenedPort, 'buffer' | 'at' | 'memory'>,
    private readonly number = memory,
  ) {
    this.bytes = new Uint8Array(buffer)
    this.words = new Int32Array(buffer)
    this.extraHead = (at >> 2) + EXTRA_HEAD
    this.region = enter(memory)
  }

  /** The port is closed. */
  leave(): void {
    const user = users.get(this.number)!
    if (--user.count === 0) users.delete(this.number)
  }
}

/** By the kernel's number of a memory, which stays the same for as long as anybody has it open. */
const users = new Map<number, { readonly region: object; count: number }>()

function enter(memory: number): object {
  let user = users.get(memory)
  if (user === undefined) users.set(memory, (user = { region: Object.freeze({ memory }), count: 0 }))
  user.count++
  return user.region
}
