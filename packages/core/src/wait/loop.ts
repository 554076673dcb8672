/**
 * What core does once a turn of the event loop: send what was committed, and look at the transports when a program polls.
 *
 * The state hangs on `globalThis` (one a thread) so that two copies of core flush and poll each other's streams.
 */

/** A stream with committed data that has not left yet. */
export interface Corked {
  /** Is it in the list already? Kept by the loop. */
  corked: boolean
  /** Sends what was committed; keeps its errors to itself (they appear at the next call that the program makes). */
  flushInBackground(): void
}

/** Looks at a transport without blocking and wakes the streams that became ready. */
export type Poller = () => void

interface LoopState {
  dirty: Corked[]
  scheduled: boolean
  pollers: Set<Poller>
}

const KEY = Symbol.for('@camio/core/loop@1')

const state: LoopState = ((globalThis as Record<symbol, unknown>)[KEY] ??= {
  dirty: [],
  scheduled: false,
  pollers: new Set(),
}) as LoopState

/** Sees to it that `stream` is flushed at the end of this turn of the event loop. */
export function cork(stream: Corked): void {
  if (stream.corked) return
  stream.corked = true
  state.dirty.push(stream)
  schedule()
}

function endOfTurn(): void {
  state.scheduled = false
  flushCorked()
}

/** Sends everything committed so far, on every stream of this thread. */
export function flushCorked(): void {
  const { dirty } = state
  // By index: a flush may wake somebody who commits more, which is then sent in the same round.
  let done = 0
  try {
    while (done < dirty.length) {
      const stream = dirty[done++]!
      stream.corked = false
      stream.flushInBackground()
    }
  } finally {
    // A driver that threw what it must not: the others are sent the next time.
    if (done === dirty.length) dirty.length = 0
    else {
      dirty.splice(0, done)
      schedule()
    }
  }
}

function schedule(): void {
  if (state.scheduled) return
  state.scheduled = true
  setImmediate(endOfTurn)
}

/**
 * Registers a transport's poller while it has streams that wait. Without one, a `Selector` learns of them only from the event
 * loop, which a synchronous program never gives a turn.
 */
export function addPoller(poller: Poller): void {
  state.pollers.add(poller)
}

export function removePoller(poller: Poller): void {
  state.pollers.delete(poller)
}

/** One look at everything, as a synchronous loop needs it: sends what was committed, then asks every transport. */
export function poll(): void {
  if (state.dirty.length > 0) flushCorked()
  for (const poller of state.pollers) poller()
}
