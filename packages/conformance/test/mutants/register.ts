/** Registers every mutant, and `mutant-none`, which breaks nothing: in this thread, in workers and in children alike. */
import { registry } from '@camio/core'
import type { Driver, Listener, Stream } from '@camio/core/spi'
import { driver as mem } from '@camio/mem'
import { driver as duct } from '../duct.js'
import { replace } from './break.js'
import { leaked } from './leaked.js'
import type { Mutant } from './mutant.js'
import { MUTANTS } from './mutants.js'

const BASES: Readonly<Record<Mutant['base'], Driver>> = {
  mem: mem as unknown as Driver,
  duct: duct as unknown as Driver,
}

function register(scheme: string, base: Driver, breakStream: Mutant['breakStream']): void {
  const broken = (stream: Stream): Stream => {
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
for (const { name, base, breakStream } of MUTANTS) {
  register(`mutant-${name}`, BASES[base], (stream) => {
    breakStream(stream)
    // A driver that loses wake-ups never learns that nobody waits any more.
    leaked.push(() => void stream.unref())
  })
}
