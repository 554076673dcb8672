/**
 * Keeps requests on their way: each client has `pipeline` slots, and a slot sends its next request when it has its answer. No promise
 * and no object a request.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { CamioError } from '@camio/core'
import { type Exchange, Form, type Reply, type ReplyError, type ReplyHandler } from '../client/index.js'
import type { Plan } from './arguments.js'
import type { Workload } from './workload.js'

/** Nanoseconds: a minute. */
const LONGEST = 60e9
/** Answers between two looks at whether the time is over. */
const LOOKS = 64
const SAMPLES = 1024

export class Load {
  /** Of the run: nanoseconds. */
  latencies: RecordableHistogram = histogram()
  done = 0
  private startedAt = 0
  private endedAt = 0
  private until = 0
  private most = Infinity
  private running = false
  private failure: Error | null = null
  private readonly idle: Slot[] = []
  private finish: (() => void) | null = null
  private busy = 0
  private spinning = false
  /** Latencies that are not in the histogram yet, in milliseconds. */
  private readonly samples = new Float64Array(SAMPLES)
  private taken = 0

  constructor(
    private readonly exchanges: readonly Exchange[],
    readonly workload: Workload,
    private readonly plan: Pick<Plan, 'pipeline'>,
  ) {}

  /**
   * Runs for so long, or until so many requests are done, and until what is on its way has its answer.
   * @param spin all of it in one turn of the event loop
   * @throws the first thing that went wrong
   */
  async run(timeMs: number, requests: number, spin: boolean): Promise<void> {
    this.latencies = histogram()
    this.done = 0
    this.most = requests
    this.running = true
    this.startedAt = this.endedAt = performance.now()
    this.until = this.startedAt + timeMs
    const over = new Promise<void>((resolve) => {
      this.finish = resolve
    })
    for (const exchange of this.exchanges)
      for (let i = 0; i < this.plan.pipeline; i++) this.start(new Slot(this, exchange))
    this.spinning = spin
    if (spin) this.spin()
    else for (const exchange of this.exchanges) exchange.attend()
    if (this.busy > 0) await over
    while (this.taken > 0) this.record()
    this.idle.length = 0
    if (this.failure !== null) throw this.failure
  }

  private start(slot: Slot): void {
    this.busy++
    if (!slot.send(performance.now())) this.park(slot)
  }

  /** It could not be sent: tried again when another one has its answer. */
  park(slot: Slot): void {
    this.busy--
    this.idle.push(slot)
  }

  private spin(): void {
    const { exchanges } = this
    for (const exchange of exchanges) exchange.flush()
    for (let looks = 1; this.busy > 0; looks++) {
      for (const exchange of exchanges) {
        // What could not leave at once is tried again now and then.
        if (exchange.poll() > 0 || looks % 1024 === 0) exchange.flush()
        // The next request is on its way: there is time.
        else if (this.taken > 0) this.record()
      }
    }
  }

  /** A slot has its answer. @returns whether it shall send another one */
  answered(since: number): boolean {
    const now = (this.endedAt = performance.now())
    this.samples[this.taken++] = now - since
    if (!this.spinning || this.taken === SAMPLES) this.record()
    this.done++
    if (this.done % LOOKS === 0 || this.done >= this.most) this.look(now)
    if (this.running && this.idle.length > 0) this.start(this.idle.shift()!)
    if (this.running) return true
    this.rest()
    return false
  }

  /** How long the run took. */
  get seconds(): number {
    return (this.endedAt - this.startedAt) / 1000
  }

  /** When the last answer came. */
  get now(): number {
    return this.endedAt
  }

  /** A latency into the histogram, which takes longer than all else here. */
  private record(): void {
    this.latencies.record(Math.max(1, Math.round(this.samples[--this.taken]! * 1e6)))
  }

  private look(now: number): void {
    if (now >= this.until || this.done >= this.most) this.running = false
  }

  /** Something went wrong: the others get their answers, and that is it. */
  fail(error: Error): void {
    this.failure ??= error
    this.running = false
    this.rest()
  }

  private rest(): void {
    this.busy--
    if (this.busy === 0) this.finish?.()
  }
}

function histogram(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: LONGEST, figures: 3 })
}

class Slot implements ReplyHandler {
  readonly form = Form.PLACE
  private since = 0
  private key = 0
  private isSet = false

  constructor(
    private readonly load: Load,
    private readonly exchange: Exchange,
  ) {}

  /** @returns `false`: there is no room now */
  send(now: number): boolean {
    const { workload } = this.load
    this.since = now
    this.key = workload.nextKey()
    this.isSet = workload.nextIsSet()
    return this.exchange.trySend(this.isSet ? workload.set(this.key) : workload.get(this.key), this)
  }

  place(bytes: Uint8Array, offset: number, length: number): void {
    if (this.isSet || !this.load.workload.check(this.key, bytes, offset, length))
      this.wrong('another value than was set')
    else this.next()
  }

  reply(value: Reply): void {
    if (this.isSet && value === 'OK') this.next()
    else this.wrong(value === null ? 'no value, though there was one' : 'another kind of value')
  }

  fail(error: ReplyError | CamioError): void {
    this.load.fail(error)
  }

  private next(): void {
    const { load } = this
    if (load.answered(this.since) && !this.send(load.now)) load.park(this)
  }

  private wrong(what: string): void {
    this.load.fail(new Error(`${this.exchange.stream.uri}: the server gave ${what}`))
  }
}
