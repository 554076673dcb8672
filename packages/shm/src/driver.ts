/** `shm:NAME`: messages between processes through shared memory. */
import { CamioError, DRIVER_ABI, defineDriver, type Listener, type Stream } from '@camio/core/spi'
import { available } from './binding.js'
import { SHM_FEATURES } from './features.js'
import { shmOptions } from './options.js'
import { ShmListener } from './streams/listener.js'
import { openDuplex } from './streams/open-duplex.js'
import { openLossyReader, openLossyWriter, openStrictReader, openStrictWriter } from './streams/open-named.js'
import type { ShmTarget } from './target.js'

export const driver = defineDriver({
  abi: DRIVER_ABI,
  scheme: 'shm',
  id: '@camio/shm',
  help: 'messages between processes of one host, through shared memory',
  addressForm: 'NAME',
  options: shmOptions,
  modes: ['rw', 'r', 'w'],
  features: SHM_FEATURES,
  available,

  async open(target): Promise<Stream> {
    const { mode, options } = target
    if (mode === 'rw') {
      refuseOptions(target, 'needs mode=r or mode=w')
      return openDuplex(target)
    }
    if (options.policy === 'drop-oldest') return mode === 'w' ? openLossyWriter(target) : openLossyReader(target)
    return mode === 'w' ? openStrictWriter(target) : openStrictReader(target)
  },

  listen(target): Listener {
    refuseOptions(target, 'is for open, with mode=r or mode=w')
    return new ShmListener(target)
  },
})

/** What means something for named rings only. */
function refuseOptions({ uri, options }: ShmTarget, why: string): void {
  const given = options.policy !== undefined ? 'policy' : options.stay ? 'stay' : null
  if (given !== null) throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "${given}" in ${uri} ${why}`, { uri })
}
