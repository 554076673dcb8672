/** One request: its arguments, where they lie. Nothing is copied; what is kept beyond the command must be. */
import { saysWord, toText } from './ascii.js'

/** More arguments than this are not kept room for. */
const USUAL_ARGUMENTS = 1024

export class Request {
  /** How many arguments there are, the command's name included; 0 for an empty request, which is skipped. */
  count = 0
  sources: Uint8Array[] = []
  starts: number[] = []
  lengths: number[] = []
  /** The arguments lie in memory made for them: whoever needs one may keep it instead of a copy. */
  owned = false

  clear(): void {
    this.count = 0
    this.owned = false
    if (this.sources.length <= USUAL_ARGUMENTS) return
    this.sources = []
    this.starts = []
    this.lengths = []
  }

  push(source: Uint8Array, start: number, length: number): void {
    const i = this.count++
    this.sources[i] = source
    this.starts[i] = start
    this.lengths[i] = length
  }

  /** A view of the argument: valid as long as the lease is. */
  view(i: number): Uint8Array {
    const start = this.starts[i]!
    return this.sources[i]!.subarray(start, start + this.lengths[i]!)
  }

  /** Memory of the caller's own with the argument's bytes. */
  copy(i: number): Uint8Array {
    const source = this.sources[i]!
    const start = this.starts[i]!
    const length = this.lengths[i]!
    if (this.owned && source.length === length) return source
    return copyOf(source, start, length)
  }

  text(i: number): string {
    const start = this.starts[i]!
    return toText(this.sources[i]!, start, start + this.lengths[i]!)
  }

  says(i: number, word: Uint8Array): boolean {
    return saysWord(this.sources[i]!, this.starts[i]!, this.lengths[i]!, word)
  }
}

/** Up to here a loop is faster than `set` with a view of the source. */
const LOOP = 48

/** New memory with `source[start, start + length)` in it. */
export function copyOf(source: Uint8Array, start: number, length: number): Uint8Array {
  const made = new Uint8Array(length)
  copyTo(made, 0, source, start, length)
  return made
}

export function copyTo(target: Uint8Array, at: number, source: Uint8Array, start: number, length: number): void {
  if (length > LOOP) target.set(source.subarray(start, start + length), at)
  else for (let i = 0; i < length; i++) target[at + i] = source[start + i]!
}
