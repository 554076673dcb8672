/** The addresses of one name, tried as RFC 8305 says. */
import { AllFailed, race } from '../plan/race.js'

/**
 * @param attempt rejects when its signal aborts
 * @param drop undoes a success that came too late
 * @throws the first address's error when all failed; the signal's reason
 */
export async function firstOf<T>(
  addresses: readonly string[],
  attempt: (address: string, signal: AbortSignal) => Promise<T>,
  drop: (late: T) => void,
  signal: AbortSignal,
): Promise<T> {
  const attempts = addresses.map((address) => ({ run: (stop: AbortSignal) => attempt(address, stop) }))
  try {
    const { value } = await race(attempts, { signal, drop })
    return value
  } catch (error) {
    throw error instanceof AllFailed ? error.failures[0] : error
  }
}
