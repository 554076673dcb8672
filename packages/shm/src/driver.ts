/** `shm:NAME`: messages between processes through shared memory. */
import { defineDriver, type Listener, type Stream } from '@camio/core/spi'
import { available } from './binding.js'
import { checkOptions, type OpenRole } from './check-options.js'
import { SHM_FEATURES } from './features.js'
import { identify } from './link/identify.js'
import { shmOptions } from './options.js'
import { forecast } from './streams/forecast.js'
import { ShmListener } from './streams/listener.js'
import { openDuplex } from './streams/open-duplex.js'
import { openLossyReader, openLossyWriter, openStrictReader, openStrictWriter } from './streams/open-named.js'
import type { ShmTarget } from './target.js'

const OPEN: Readonly<Record<OpenRole, (target: ShmTarget) => Promise<Stream> | Stream>> = {
  connect: (target) => openDuplex(target),
  'strict reader': openStrictReader,
  'strict writer': openStrictWriter,
  'lossy reader': openLossyReader,
  'lossy writer': openLossyWriter,
}

export const driver = defineDriver({
  abi: 1,
  scheme: 'shm',
  id: '@camio/shm',
  help: 'messages between processes of one host, through shared memory',
  addressForm: 'NAME',
  options: shmOptions,
  modes: ['rw', 'r', 'w'],
  features: SHM_FEATURES,
  available,

  async open(target): Promise<Stream> {
    const role = roleOf(target)
    checkOptions(target, role)
    return OPEN[role](target)
  },

  forecast: (target) => forecast(target, roleOf(target)),
  identify,

  listen(target): Listener {
    checkOptions(target, 'listen')
    return new ShmListener(target)
  },
})

function roleOf({ mode, options }: ShmTarget): OpenRole {
  if (mode === 'rw') return 'connect'
  const policy = options.policy === 'drop-oldest' ? 'lossy' : 'strict'
  return mode === 'w' ? `${policy} writer` : `${policy} reader`
}
