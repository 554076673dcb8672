/** A name that others can open. Each of them gets a stream of its own. */
import { type CamioError, type Features, features, type Stream, WaitingListener } from '@camio/core/spi'
import { SHM_FEATURES } from '../features.js'
import { Door, type DoorHost } from '../link/door.js'
import type { Guest } from '../link/guest.js'
import { type Hello, Kind, Status } from '../link/hello.js'
import type { Link } from '../link/link.js'
import { capacityOf, largestMessage, ringLength } from '../ring/layout.js'
import { Region, receiveRing } from '../ring/region.js'
import type { ShmTarget } from '../target.js'
import { DuplexStream } from './duplex-stream.js'

export class ShmListener extends WaitingListener implements DoorHost {
  readonly kind = Kind.DUPLEX
  readonly uris: readonly string[]
  private readonly door: Door
  private readonly backlog: Stream[] = []
  /** Why nobody could be let in, until the program has been told. */
  private failure: CamioError | null = null

  constructor(private readonly target: ShmTarget) {
    super()
    this.door = new Door(target, this)
    this.uris = [this.door.uri]
  }

  get hasRoom(): boolean {
    return this.backlog.length + this.door.pending < this.target.options.backlog
  }

  failed(error: CamioError): void {
    this.failure = error
    this.respond()
  }

  /** Each end makes the ring that it reads from. */
  admit(guest: Guest, hello: Hello): void {
    const reads = this.target.mode !== 'w' && hello.writes
    const writes = this.target.mode !== 'r' && hello.reads
    if (!reads && !writes) {
      guest.turnAway(Status.NOTHING, hello.memory)
      return
    }
    let rings: Rings
    try {
      rings = makeRings(guest, hello, reads ? this.target.options.capacity : 0, writes)
    } catch (error) {
      guest.cannot(error)
      return
    }
    const link = guest.welcome({ kind: this.kind, reads, writes, position: 0, sequence: 0 }, rings.incoming)
    if (link === null) {
      rings.incoming?.release()
      rings.outgoing?.release()
      return
    }
    rings.incoming?.forget()
    this.backlog.push(duplexStream(this.target, this.door.uri, link, rings))
    this.respond()
  }

  protected acceptNext(): Stream | null {
    const stream = this.backlog.shift()
    if (stream !== undefined) {
      this.door.knock()
      return stream
    }
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
    return null
  }

  ready(): boolean {
    return this.closed || this.backlog.length > 0 || this.failure !== null
  }

  protected async shutDown(): Promise<void> {
    this.keepAlive.clear()
    this.door.close()
    await Promise.all(this.backlog.splice(0).map((stream) => stream.close({ discard: true })))
  }
}

interface Rings {
  readonly incoming: Region | null
  readonly outgoing: Region | null
}

/** @throws an `Unusable`, or a system error: there is no memory. Everything was given back then. */
function makeRings({ system }: Guest, hello: Hello, capacity: number, writes: boolean): Rings {
  const outgoing = receiveRing(system, hello, writes)
  try {
    const incoming = capacity > 0 ? Region.create(system, ringLength(capacity)).freeze(true) : null
    return { incoming, outgoing }
  } catch (error) {
    outgoing?.release()
    throw error
  }
}

export function duplexStream({ init }: ShmTarget, uri: string, link: Link, rings: Rings): DuplexStream {
  const { incoming, outgoing } = rings
  outgoing?.forget()
  const differences: Partial<Features> = {
    readable: incoming !== null,
    writable: outgoing !== null,
    mtu: outgoing === null ? 0 : largestMessage(capacityOf(outgoing.length)!),
  }
  return new DuplexStream(init(uri, features({ ...SHM_FEATURES, ...differences })), { link, ...rings })
}
