/** A name may have several addresses: one port on all of them, or none. */

interface Binder<T> {
  /** @throws a system error */
  bind(host: string, port: number): T | Promise<T>
  portOf(bound: T): number
  close(bound: T): void
}

/** With port 0 the system picks one for the first address, which may be taken on another: pick again. */
const ATTEMPTS = 8

/** @throws the system error of the address that could not be bound; none is then */
export async function samePort<T>(hosts: readonly string[], port: number, binder: Binder<T>): Promise<T[]> {
  for (let attempt = 1; ; attempt++) {
    const bound: T[] = []
    try {
      for (const host of hosts) bound.push(await binder.bind(host, bound.length > 0 ? binder.portOf(bound[0]!) : port))
      return bound
    } catch (error) {
      for (const one of bound) binder.close(one)
      const taken = port === 0 && bound.length > 0 && (error as { code?: string }).code === 'EADDRINUSE'
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}
