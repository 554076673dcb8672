/** A byte transport that answers as the test says: one step of a script a call. */
import {
  ByteStream,
  type ByteStreamSizes,
  END,
  type Features,
  Interest,
  NOT_NOW,
  PENDING,
  type StreamLimits,
} from '@camio/core/spi'
import { init, joined } from './init.js'

/** What one `pull` answers: bytes (as far as they fit, the rest next time), or an outcome. */
export type PullStep = Uint8Array | typeof NOT_NOW | typeof END | typeof PENDING | Error
/** What one `push` answers: so many bytes at most, or an outcome. */
export type PushStep = number | typeof PENDING | Error

export interface ScriptedOptions {
  pulls?: PullStep[]
  pushes?: PushStep[]
  features?: Partial<Features>
  limits?: Partial<StreamLimits>
  sizes?: ByteStreamSizes
  /** See `ByteStream.readsInto`. */
  readsInto?: boolean
}

export class Scripted extends ByteStream {
  /** Empty: "not now". */
  readonly pulls: PullStep[]
  /** Empty: takes everything. */
  readonly pushes: PushStep[]
  /** The pieces that the transport took, one a push. */
  readonly sent: Uint8Array[] = []
  pullCalls = 0
  pushCalls = 0
  /** What each push said of others to follow, and how often what was held back was let go. */
  readonly mores: boolean[] = []
  letGo = 0
  armedPull = 0
  armedPush = 0
  endings = 0
  destroyed: 'no' | 'closed' | 'discarded' = 'no'
  /** Where a pending pull must put its bytes. */
  private target: { memory: Uint8Array; offset: number } | null = null
  /** What a pending push was given. */
  private source: Uint8Array | null = null
  private readonly intoMemory: boolean

  constructor(options: ScriptedOptions = {}) {
    super(init(options.features, options.limits), options.sizes)
    this.pulls = options.pulls ?? []
    this.pushes = options.pushes ?? []
    this.intoMemory = options.readsInto ?? false
  }

  override get readsInto(): boolean {
    return this.intoMemory
  }

  /** Everything that was sent. */
  get output(): Uint8Array {
    return joined(this.sent)
  }

  /** The transport has something: the script goes on, and whoever waits is woken. */
  arrive(...steps: PullStep[]): void {
    this.pulls.push(...steps)
    this.wake(Interest.READ)
  }

  /** The transport has room again. */
  makeRoom(...steps: PushStep[]): void {
    this.pushes.length = 0
    this.pushes.push(...steps)
    this.pushable()
  }

  /** A pending pull is over. */
  fill(content: Uint8Array): void {
    this.target!.memory.set(content, this.target!.offset)
    this.filled(content.length)
  }

  fillEnd(): void {
    this.filled(END)
  }

  /** A pending push is over: `count` bytes went. */
  settlePush(count: number): void {
    this.sent.push(this.source!.slice(0, count))
    this.pushed(count)
  }

  protected pull(target: Uint8Array, offset: number, length: number): number {
    this.pullCalls++
    const step = this.pulls.shift() ?? NOT_NOW
    if (step instanceof Error) throw step
    if (step === PENDING) this.target = { memory: target, offset }
    if (typeof step === 'number') return step
    const count = Math.min(step.length, length)
    target.set(step.subarray(0, count), offset)
    if (count < step.length) this.pulls.unshift(step.subarray(count))
    return count
  }

  protected push(source: Uint8Array, offset: number, length: number, second: number, more: boolean): number {
    this.pushCalls++
    this.mores.push(more)
    const step = this.pushes.shift() ?? Infinity
    if (step instanceof Error) throw step
    const all = joined([source.subarray(offset, offset + length), source.subarray(0, second)])
    if (step === PENDING) this.source = all
    if (step <= 0) return step
    const count = Math.min(step, all.length)
    this.sent.push(all.slice(0, count))
    return count
  }

  protected override pushHeld(): void {
    this.letGo++
  }

  protected armPull(): boolean {
    this.armedPull++
    return this.pulls.length > 0
  }
  protected disarmPull(): void {
    this.armedPull = 0
  }
  protected armPush(): boolean {
    this.armedPush++
    return false
  }
  protected disarmPush(): void {
    this.armedPush = 0
  }

  protected endWrite(): void {
    this.endings++
  }

  protected closeTransport(discard: boolean): void {
    this.destroyed = discard ? 'discarded' : 'closed'
  }

  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}
