/**
 * While many frames come, the thread leaves them alone for a while after each wake-up, so that they gather, as a network card does that
 * moderates its interrupts (`adaptive-rx` of ethtool(8)): a wake-up costs as much as tens of frames. While few come, each is told at once.
 */
import type { Binding } from '../binding.js'

/** Wake-ups between two looks at the clock. */
const WAKES = 16
/** Frames a millisecond; one question and answer at a time are fewer. */
const MANY = 100
/** Of the ring, what may fill meanwhile. */
const PART = 1 / 4
/** A shorter pause, in milliseconds, costs more than it saves. */
const SHORTEST = 0.02

/** What the streams of this thread wish, in milliseconds. Their sockets are watched together: the shortest pause holds. */
const wished = new Map<Gather, number>()
let applied = 0

function apply(binding: Pick<Binding, 'gather'>): void {
  const microseconds = wished.size === 0 ? 0 : Math.round(Math.min(...wished.values()) * 1000)
  if (microseconds === applied) return
  applied = microseconds
  try {
    binding.gather(microseconds)
  } catch {
    // No descriptor for its timer: frames are told of at once.
  }
}

export class Gather {
  private wakes = 0
  private since: number
  private before = 0

  /** @param longest milliseconds; 0: frames do not gather @param entries of the ring that they gather in */
  constructor(
    private readonly binding: Pick<Binding, 'gather'>,
    private readonly longest: number,
    private readonly entries: number,
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.since = clock()
  }

  /** Frames have woken the thread. @param frames how many were read until now, in all */
  woken(frames: number): void {
    if (this.longest === 0 || ++this.wakes < WAKES) return
    const now = this.clock()
    const rate = (frames - this.before) / (now - this.since)
    this.wakes = 0
    this.since = now
    this.before = frames
    this.wish(this.pauseAt(rate))
  }

  private pauseAt(rate: number): number {
    if (rate < MANY) return 0
    const pause = Math.min(this.longest, (PART * this.entries) / rate)
    return pause < SHORTEST ? 0 : pause
  }

  private wish(pause: number): void {
    if (pause === 0) wished.delete(this)
    else wished.set(this, pause)
    apply(this.binding)
  }

  /** The stream is closed. */
  end(): void {
    this.wish(0)
  }
}
