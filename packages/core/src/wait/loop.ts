/**
 * What core does once a turn of the event loop: send what was committed, and look at the transports when a program polls.
 *
 * The state hangs on `globalThis` (one a thread) so that two copies of core flush and poll each other's streams.
 */
import { List } from '../list.js'

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
  dirty: List<Corked>
  /** So many of `dirty` were sent in the flush that is under way. */
  flushed: number
  scheduled: boolean
  pollers: Set<Poller>
}

const KEY = Symbol.for('@camio/core/loop@1')

const state: LoopState = ((globalThis as Record<symbol, unknown>)[KEY] ??= {
  dirty: new List<Corked>(),
  flushed: 0,
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
  // A flush may wake somebody who polls: the call inside goes on where the outer one stands.
  const outermost = state.flushed === 0
  try {
    // By index: who was woken may commit more, which is then sent in the same round.
    while (state.flushed < dirty.length) {
      const stream = dirty.items[state.flushed++]!
      stream.corked = false
      stream.flushInBackground()
    }
  } finally {
    if (outermost) startAnew()
  }
}

function startAnew(): void {
  const { dirty } = state
  dirty.clear(state.flushed)
  state.flushed = 0
  // A driver that threw what it must not: the others are sent the next time.
  if (dirty.length > 0) schedule()
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
