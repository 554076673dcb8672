/** Messages that are held back: in line, each until its time has come, or put aside until others have gone by. */
import type { Address } from '@camio/core/spi'
import { LONGEST_BEHIND_MS } from './parse.js'

export interface Held {
  readonly bytes: Uint8Array
  readonly remote: Address | undefined
  /** In milliseconds of `performance.now()`. */
  due: number
  /** So many others go by before it is in line. */
  behind: number
}

/** More than this is not held back: then the transport's own bounds are in force again. */
const MOST = 64
const MOST_BYTES = 1024 * 1024

export class HeldBack {
  private readonly line: Held[] = []
  private readonly aside: Held[] = []
  private bytes = 0
  private lastDue = 0

  get empty(): boolean {
    return this.line.length === 0 && this.aside.length === 0
  }

  get full(): boolean {
    return this.line.length + this.aside.length >= MOST || this.bytes >= MOST_BYTES
  }

  /** Is somebody in line, so that who comes now must wait, too? */
  get queued(): boolean {
    return this.line.length > 0
  }

  /** @param due those before it come first, even if they are due later */
  queue(bytes: Uint8Array, remote: Address | undefined, due: number): void {
    this.bytes += bytes.length
    this.enter({ bytes, remote, due, behind: 0 })
  }

  putAside(bytes: Uint8Array, remote: Address | undefined, behind: number): void {
    this.bytes += bytes.length
    this.aside.push({ bytes, remote, due: performance.now() + LONGEST_BEHIND_MS, behind })
  }

  private enter(held: Held): void {
    held.due = this.lastDue = Math.max(held.due, this.lastDue)
    this.line.push(held)
  }

  /** One more message has gone by. */
  passed(): void {
    for (const held of this.aside) held.behind--
  }

  /** Those that others have gone by, or that have waited long enough, are in line again. @param all whatever they wait for */
  rejoin(all: boolean): void {
    if (this.aside.length === 0) return
    const now = performance.now()
    const waits = ({ behind, due }: Held) => !all && behind > 0 && due > now
    const [stay, go] = [this.aside.filter(waits), this.aside.filter((held) => !waits(held))]
    this.aside.splice(0, this.aside.length, ...stay)
    for (const held of go) this.enter({ ...held, due: now })
  }

  /** The one whose time has come. */
  take(): Held | null {
    const [head] = this.line
    if (head === undefined || head.due > performance.now()) return null
    this.bytes -= head.bytes.length
    return this.line.shift()!
  }

  /** Milliseconds until `take` or `rejoin` may have something; `null` if nothing is held back. */
  wait(): number | null {
    if (this.empty) return null
    let due = this.line[0]?.due ?? Infinity
    for (const held of this.aside) due = Math.min(due, held.due)
    return Math.max(0, due - performance.now())
  }

  drop(): void {
    this.line.length = this.aside.length = this.bytes = 0
  }
}
