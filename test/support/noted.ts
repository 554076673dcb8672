/**
 * `noted:PATH`: unix sockets whose listener leaves its advert in a file, as a scheme of this host with a rendezvous of its own would
 * tell it. (The kernel's word for who listens, SO_PEERCRED, needs native code; a file may lie about it, which is what is tried here.)
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { registry } from '@camio/core'
import { type Advert, CamioError, type Driver, type Listener, type LocalServer, type Target } from '@camio/core/spi'
import '@camio/tcp'

const unix = registry.driver('unix')

const notePath = (address: string) => `${address}.note`

/** Leaves a note, true or not. */
export function leaveNote(address: string, server: LocalServer): void {
  writeFileSync(notePath(address), JSON.stringify(server))
}

function read(address: string): LocalServer | null {
  try {
    return JSON.parse(readFileSync(notePath(address), 'utf8')) as LocalServer
  } catch {
    return null
  }
}

const driver: Driver = {
  ...unix,
  scheme: 'noted',
  id: 'noted',
  features: unix.features,
  open(target: Target) {
    const token = read(target.address)?.advert.token
    if (target.expect === undefined || token === target.expect) return unix.open(target)
    throw new CamioError('ERR_CAMIO_REFUSED', `${target.uri}: another server by now`, { uri: target.uri })
  },
  async listen(target: Target): Promise<Listener> {
    const listener = await unix.listen!(target)
    let advert: Advert | null = null
    Object.defineProperty(listener, 'advert', {
      get: () => advert,
      set(given: Advert) {
        advert = given
        leaveNote(target.address, { advert: given, pid: process.pid })
      },
    })
    const close = listener.close.bind(listener)
    listener.close = async () => {
      rmSync(notePath(target.address), { force: true })
      await close()
    }
    return listener
  },
  identify: ({ address }) => read(address),
}

registry.register(driver)
