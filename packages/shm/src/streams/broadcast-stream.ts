/**
 * The writing end of a lossy named ring, which has the name. It never waits: who reads too slowly loses the oldest messages. Any number
 * of readers may look on, and none of them can harm the ring or another reader.
 */
import { type CamioError, Counter, type Features, Interest, StreamStats, WRITE } from '@camio/core/spi'
import { Mapped } from '../binding.js'
import { namedFeatures } from '../features.js'
import { Distress } from '../link/distress.js'
import { Door, type DoorHost } from '../link/door.js'
import type { Guest } from '../link/guest.js'
import { type Hello, Kind, Status } from '../link/hello.js'
import type { Link } from '../link/link.js'
import { parseName } from '../name.js'
import { FLAG_LENGTH, largestLossyMessage, ringLength, WriterState } from '../ring/layout.js'
import { type Audience, LossyWriter } from '../ring/lossy-writer.js'
import { Region, receiveMemory } from '../ring/region.js'
import { systemFor } from '../system.js'
import type { ShmTarget } from '../target.js'
import { WritingStream } from './writing-stream.js'

/** What both ends of a lossy ring are. */
export function lossyFeatures(differences: Partial<Features>, capacity: number): Features {
  return namedFeatures({
    reliable: false,
    delivery: 'each',
    overrun: true,
    mtu: largestLossyMessage(capacity),
    copies: { read: 1, write: 0 },
    ...differences,
  })
}

/** The writing end. */
export const TELLER: Partial<Features> = { readable: false, connectionless: true }
/** A reading end. */
export const ONLOOKER: Partial<Features> = { writable: false }

interface Onlooker extends Audience {
  readonly region: Region
  readonly link: Link
}

export class BroadcastStream extends WritingStream implements DoorHost {
  readonly kind = Kind.LOSSY
  declare protected readonly outgoing: LossyWriter
  private readonly door: Door
  private readonly distress = new Distress()
  private readonly onlookers = new Set<Onlooker>()

  /** @throws `ERR_CAMIO_ADDRESS_IN_USE` */
  constructor(private readonly target: ShmTarget) {
    const { init, options } = target
    const { uri } = parseName(target.address, target.uri)
    const region = Region.create(systemFor(target.uri), ringLength(options.capacity)).freeze(false)
    const features = lossyFeatures(TELLER, options.capacity)
    super({ ...init(uri, features), stats: new StreamStats() }, new LossyWriter(region))
    try {
      this.door = new Door(target, this)
    } catch (error) {
      region.release()
      throw error
    }
  }

  // ---------------------------------------------------------------------------------------------------- readers

  get hasRoom(): boolean {
    return this.onlookers.size + this.door.pending < this.target.options.peers
  }

  /** Nobody asks a named ring who comes. */
  failed(error: CamioError): void {
    this.distress.tell(error)
  }

  /** A reader brings the memory of the flag that it raises before it sleeps, and sees what is published from now on. */
  admit(guest: Guest, hello: Hello): void {
    if (!hello.reads) {
      guest.turnAway(Status.NOTHING, hello.memory)
      return
    }
    let region: Region
    try {
      region = receiveMemory(guest.system, hello.memory, FLAG_LENGTH, Mapped.RECEIVED)
    } catch (error) {
      guest.cannot(error)
      return
    }
    const { outgoing } = this
    outgoing.publish()
    const link = guest.welcome({ kind: this.kind, reads: false, writes: true, ...outgoing.progress }, outgoing.memory)
    if (link === null) region.release()
    else this.add(region, link)
  }

  private add(region: Region, link: Link): void {
    region.forget()
    this.distress.over()
    const bell = link.bell(this.stats.counters, WRITE + Counter.systemCalls)
    const reader: Onlooker = { region, flags: region.words, link, bell }
    this.onlookers.add(reader)
    this.outgoing.audience.add(reader)
    link.attach({ rung: () => link.gone && this.remove(reader) })
  }

  private remove(reader: Onlooker): void {
    if (!this.onlookers.delete(reader)) return
    this.outgoing.audience.delete(reader)
    if (this.outgoing.taken) reader.link.sayGoodbye()
    reader.link.close()
    reader.region.release()
    this.door.knock()
  }

  // ---------------------------------------------------------------------------------------------------- the half that there is not

  tryRead(): null {
    this.checkReadable()
    return null
  }

  release(): boolean {
    if (this.closed) return true
    throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
  }

  get ended(): boolean {
    return false
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    return interest !== Interest.READ
  }

  /** Nobody can read, and nobody has to wait for room. */
  protected sleep(interest: number): boolean {
    return interest !== Interest.READ
  }

  protected stir(): void {}
  protected checkPeer(): void {}

  protected publish(): void {
    this.outgoing.publish()
  }

  // ---------------------------------------------------------------------------------------------------- the end

  protected endWrite(): void {
    this.outgoing.end(WriterState.ENDED)
  }

  protected destroy(discard: boolean): void {
    this.forgetClaim()
    if (!discard) this.outgoing.publish()
    this.outgoing.end(discard ? WriterState.RESET : WriterState.ENDED)
    this.door.close()
    for (const reader of [...this.onlookers]) this.remove(reader)
    this.outgoing.release()
  }
}
