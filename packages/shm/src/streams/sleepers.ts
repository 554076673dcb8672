/**
 * The streams of this thread that somebody waits for. A program that polls sees what came by a look at their memory, without the
 * system's help.
 */
import { addPoller, removePoller } from '@camio/core/spi'

export interface Sleeper {
  /** Wakes who waits for what holds by now. */
  look(): void
}

const sleepers = new Set<Sleeper>()

function lookAtAll(): void {
  for (const sleeper of sleepers) sleeper.look()
}

export function addSleeper(sleeper: Sleeper): void {
  if (sleepers.size === 0) addPoller(lookAtAll)
  sleepers.add(sleeper)
}

export function removeSleeper(sleeper: Sleeper): void {
  if (sleepers.delete(sleeper) && sleepers.size === 0) removePoller(lookAtAll)
}
