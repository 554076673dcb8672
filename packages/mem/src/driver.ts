/** `mem:NAME`: streams between two parts of one thread. */
import { CamioError, defineDriver, encodeAddress, type Target } from '@camio/core/spi'
import { hub } from './hub.js'
import { type Acceptor, featuresOf, MEM_FEATURES } from './link.js'
import { MemListener } from './listener.js'
import { memOptions } from './options.js'
import { type MemStream, REGION } from './stream.js'

type MemTarget = Target<typeof memOptions>

export const driver = defineDriver({
  abi: 1,
  scheme: 'mem',
  id: '@camio/mem',
  help: 'messages between two parts of one thread, handed over without a copy',
  addressForm: 'NAME',
  options: memOptions,
  modes: ['rw', 'r', 'w'],
  features: MEM_FEATURES,
  available: () => ({ ok: true, engine: 'js' }),

  // Both ends live in one thread: a message that comes alone wakes its reader, and no system is asked for anything.
  forecast: ({ mode }) => ({
    features: featuresOf(mode),
    region: REGION,
    read: { systemCalls: 0, wakeUps: 1 },
    write: { systemCalls: 0, wakeUps: 0 },
  }),

  open(target) {
    const side = sideOf(target)
    return connect(target, side) ?? waitForListener(target, side)
  },

  listen(target) {
    const side = sideOf(target)
    if (hub.get(target.address) !== undefined)
      throw refusal('ERR_CAMIO_ADDRESS_IN_USE', target, 'is listened on already')
    const listener = new MemListener(target.address, side)
    hub.add(target.address, listener)
    return listener
  },

  identify({ address }) {
    const advert = hub.get(address)?.advert ?? null
    return advert === null ? null : { advert, pid: process.pid }
  },
})

function sideOf(target: MemTarget): Acceptor {
  if (target.address === '') throw refusal('ERR_CAMIO_BAD_URI', target, 'has no name: write mem:NAME')
  const { mode, options, init } = target
  return { mode, options, init, uri: `${target.scheme}:${encodeAddress(target.address)}` }
}

/** `null`: not now, but somebody may listen or accept while we wait. @throws what it would be at the end of the wait */
function connect(target: MemTarget, side: Acceptor, last = target.options.waitFor === 0): MemStream | null {
  const listener = hub.get(target.address)
  if (listener !== undefined && !isExpected(listener, target))
    throw refusal('ERR_CAMIO_REFUSED', target, 'is listened on by another server by now')
  if (listener !== undefined && !listener.full) return listener.connect(side)
  if (!last) return null
  if (listener === undefined) throw refusal('ERR_CAMIO_NOT_FOUND', target, 'is listened on by nobody')
  throw refusal('ERR_CAMIO_REFUSED', target, 'has a full backlog: its listener does not accept')
}

function isExpected({ advert }: MemListener, { expect }: MemTarget): boolean {
  return expect === undefined || advert?.token === expect
}

/** Tries again whenever something changed under that name, and for the last time when `wait-for` ran out. */
function waitForListener(target: MemTarget, side: Acceptor): Promise<MemStream> {
  const { signal, address, options } = target
  return new Promise((resolve, reject) => {
    const settle = (last: boolean) => {
      try {
        const stream = connect(target, side, last)
        if (stream === null) return
        resolve(stream)
      } catch (error) {
        reject(error)
      }
      stop()
    }
    const aborted = () => {
      stop()
      reject(signal!.reason)
    }
    const timer = setTimeout(settle, options.waitFor, true)
    const unwatch = hub.watch(address, () => settle(false))
    signal?.addEventListener('abort', aborted)
    const stop = () => {
      clearTimeout(timer)
      unwatch()
      signal?.removeEventListener('abort', aborted)
    }
  })
}

function refusal(code: string, target: MemTarget, why: string): CamioError {
  return new CamioError(code, `${target.uri} ${why}`, { uri: target.uri })
}
