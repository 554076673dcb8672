/**
 * What core does once a turn of the event loop: send what was committed, and look at the transports when a program polls.
 *
 * The state hangs on `globalThis` (one a thread) so that two copies of core flush and poll each other's streams.
 */
import { type Corked, Corks } from './corks.js'

export type { Corked } from './corks.js'

/** Looks at a transport without blocking and wakes the streams that became ready. */
export type Poller = () => void

interface LoopState {
  /** Leave at the end of the turn. */
  readonly turn: Corks
  /** Leave when the listener that runs now returns. */
  readonly listener: Corks
  /** So many callers of listeners, one within the other, will flush behind them. */
  calling: number
  readonly pollers: Set<Poller>
}

const KEY = Symbol.for('@camio/core/loop@1')

const state: LoopState = ((globalThis as Record<symbol, unknown>)[KEY] ??= {
  turn: new Corks(setImmediate),
  listener: new Corks(process.nextTick),
  calling: 0,
  pollers: new Set(),
}) as LoopState

/** Sees to it that `stream` is flushed at the end of this turn of the event loop. */
export function cork(stream: Corked): void {
  if (stream.corked) return
  state.turn.add(stream)
  state.turn.schedule()
}

/** Sees to it that `stream` is flushed when the listener that runs now returns. */
export function corkForListener(stream: Corked): void {
  if (stream.corked) return
  state.listener.add(stream)
  if (state.calling === 0) state.listener.schedule()
}

/** The program's listeners are called now. `calledListeners` follows, whatever they throw: what they write need not wait for a tick. */
export function callingListeners(): void {
  state.calling++
}

export function calledListeners(): void {
  if (--state.calling === 0) state.listener.flush()
}

/** Sends everything committed so far, on every stream of this thread. */
export function flushCorked(): void {
  state.listener.flush()
  state.turn.flush()
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
  flushCorked()
  for (const poller of state.pollers) poller()
}
