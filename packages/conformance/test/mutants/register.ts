/** Registers every mutant, and `mutant-none`, which breaks nothing: in this thread, in workers and in children alike. */
import { registry } from '@camio/core'
import { type Driver, type Features, features, type Listener, type Stream } from '@camio/core/spi'
import { driver as mem } from '@camio/mem'
import { driver as duct } from '../duct.js'
import { replace } from './break.js'
import { leaked } from './leaked.js'
import type { Mutant } from './mutant.js'
import { MUTANTS } from './mutants.js'

const BASES: Readonly<Record<Mutant['base'], Driver>> = {
  mem: mem as unknown as Driver,
  duct: duct as unknown as Driver,
  lossy: lossy(mem as unknown as Driver),
}

/** `mem:` as a transport that promises less: nothing tells of an end, and it loses nothing only by luck. */
function lossy(base: Driver): Driver {
  const differences = { reliable: false, ordered: false, connectionless: true }
  return { ...base, features: features({ ...base.features, ...differences }) }
}

/** The streams of such a transport. */
function promiseLess(stream: Stream, own: Features): void {
  const { reliable, ordered, connectionless } = own
  if (reliable) return
  const less = features({ ...stream.features, reliable, ordered, connectionless })
  Object.defineProperties(stream, {
    features: { value: less },
    remote: { value: { host: 'here', port: 1 }, configurable: true },
  })
  replace<[], void>(stream, 'endWrite', () => () => {})
}

function register(scheme: string, base: Driver, breakStream: Mutant['breakStream']): void {
  const broken = (stream: Stream): Stream => {
    promiseLess(stream, base.features)
    breakStream(stream)
    return stream
  }
  registry.register({
    ...base,
    scheme,
    id: scheme,
    open: async (target) => broken(await base.open(target)),
    async listen(target): Promise<Listener> {
      const listener = await base.listen!(target)
      replace<[], Stream | null>(listener, 'acceptNext', (accept) => () => {
        const stream = accept()
        return stream && broken(stream)
      })
      return listener
    },
  })
}

register('mutant-none', BASES.mem, () => {})
register('mutant-none-of-bytes', BASES.duct, () => {})
register('mutant-none-of-lossy', BASES.lossy, () => {})
for (const { name, base, breakStream, breakDriver = (driver: Driver) => driver } of MUTANTS) {
  register(`mutant-${name}`, breakDriver(BASES[base]), (stream) => {
    breakStream(stream)
    // A driver that loses wake-ups never learns that nobody waits any more.
    leaked.push(() => void stream.unref())
  })
}
