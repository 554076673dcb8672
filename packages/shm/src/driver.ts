/** `shm:NAME`: messages between processes through shared memory. */
import { DRIVER_ABI, defineDriver, type Listener, type Stream } from '@camio/core/spi'
import { available } from './binding.js'
import { SHM_FEATURES } from './features.js'
import { ShmListener } from './listener.js'
import { openDuplex } from './open-duplex.js'
import { shmOptions } from './options.js'

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

  open(target): Promise<Stream> {
    return openDuplex(target)
  },

  listen(target): Listener {
    return new ShmListener(target)
  },
})
