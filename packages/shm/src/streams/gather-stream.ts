/**
 * The reading end of a strict named ring, which has the name: each writer gets a ring of its own, and the messages of all are read in
 * turn. So a writer that dies at any instruction stands in nobody's way. It ends as a FIFO does, when the last writer has ended.
 */
import { type BatchHandler, type CamioError, Counter, type Features, Interest, StreamStats } from '@camio/core/spi'
import { NO_MEMORY } from '../binding.js'
import { namedFeatures } from '../features.js'
import { Distress } from '../link/distress.js'
import { Door, type DoorHost } from '../link/door.js'
import type { Guest } from '../link/guest.js'
import { type Hello, Kind, Status } from '../link/hello.js'
import type { Link } from '../link/link.js'
import { parseName } from '../name.js'
import { Fault } from '../ring/bell.js'
import { ringLength, WriterState } from '../ring/layout.js'
import { Region } from '../ring/region.js'
import { RingReader } from '../ring/ring-reader.js'
import type { ShmTarget } from '../target.js'
import { ReadingStream } from './reading-stream.js'

export const GATHER_FEATURES: Features = namedFeatures({ writable: false, connectionless: true })

/** Messages that one call of `readBatch` hands out: then the event loop has its turn. */
const MOST_AT_ONCE = 65_536
/** Messages of one writer that a batch takes before it is the next one's turn. */
const TURN = 64
/** Looks for a message between two looks for writers that left: while others are busy nothing else brings us there. */
const SWEEP_EVERY = 64

/** A writer. */
interface Member {
  readonly ring: RingReader
  readonly link: Link
}

export class GatherStream extends ReadingStream implements DoorHost {
  readonly kind = Kind.STRICT
  private readonly door: Door
  private readonly distress = new Distress()
  private readonly members: Member[] = []
  /** Whose turn it is. */
  private turn = 0
  private looks = 0
  private served = false
  private over = false
  /** What the first writer that did not end well left. It is told when no writer is left. */
  private loss: CamioError | null = null

  /** @throws `ERR_CAMIO_ADDRESS_IN_USE` */
  constructor(private readonly target: ShmTarget) {
    const { uri } = parseName(target.address, target.uri)
    super({ ...target.init(uri, GATHER_FEATURES), stats: new StreamStats() }, null)
    this.door = new Door(target, this)
  }

  // ---------------------------------------------------------------------------------------------------- writers

  get hasRoom(): boolean {
    return this.members.length + this.door.pending < this.target.options.peers
  }

  /** Nobody asks a named ring who comes. */
  failed(error: CamioError): void {
    this.distress.tell(error)
  }

  admit(guest: Guest, hello: Hello): void {
    // Whoever only writes has nothing to lend.
    if (hello.memory !== NO_MEMORY) guest.system.binding.releaseMemory(hello.memory)
    if (!hello.writes) {
      guest.turnAway(Status.NOTHING)
      return
    }
    let region: Region
    try {
      region = Region.create(guest.system, ringLength(this.target.options.capacity)).freeze(true)
    } catch (error) {
      guest.cannot(error)
      return
    }
    const link = guest.welcome({ kind: this.kind, reads: true, writes: false, position: 0, sequence: 0 }, region)
    if (link === null) {
      region.release()
      return
    }
    region.forget()
    this.add(region, link)
  }

  private add(region: Region, link: Link): void {
    const ring = new RingReader(region, link.bell(this.stats.counters, Counter.systemCalls))
    this.members.push({ ring, link })
    this.served = true
    this.distress.over()
    link.attach({ rung: () => this.rung(link) })
    // If somebody waits already, the new ring must know.
    this.lookAgain()
  }

  private rung(link: Link): void {
    if (this.closed) return
    if (link.gone) this.sweep()
    this.lookAgain()
  }

  /** A guest is no longer expected: it may have been the last one that the end waited for. */
  left(): void {
    if (!this.closed) this.lookAgain()
  }

  private remove(member: Member, loss: CamioError | null): void {
    this.members.splice(this.members.indexOf(member), 1)
    this.loss ??= loss
    member.ring.close()
    if (member.ring.taken) member.link.sayGoodbye()
    member.link.close()
    member.ring.release()
    this.door.knock()
  }

  // ---------------------------------------------------------------------------------------------------- reading

  protected pick(): RingReader | null {
    // What broke the stream is told at once: the other writers may never pause.
    if (this.error !== null) return null
    if (++this.looks % SWEEP_EVERY === 0) this.sweep()
    const { members } = this
    for (let i = 0; i < members.length; i++) {
      const at = this.turn % members.length
      this.turn = at + 1
      const { ring } = members[at]!
      if (ring.next()) return ring
      if (ring.fault !== null) {
        this.sweep()
        return this.pick()
      }
    }
    return null
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    this.checkRead()
    let count = 0
    let more = limit >= 1
    const stoppable: BatchHandler = (bytes, offset, length) => {
      const verdict = fn(bytes, offset, length)
      if (verdict === false) more = false
      return verdict
    }
    this.batching = true
    try {
      while (more && count < limit && count < MOST_AT_ONCE) {
        const ring = this.closed ? null : this.pick()
        if (ring === null) break
        count += ring.drain(stoppable, Math.min(TURN, limit - count), this.stats.counters)
        if (ring.due) ring.publish()
      }
    } finally {
      this.batching = false
      if (!this.closed && !this.corked) this.scheduleFlush()
      this.readOn()
    }
    if (count === 0 && limit >= 1 && !this.closed) this.nothing()
    return count
  }

  protected nothing(): null {
    this.sweep()
    if (this.error !== null) throw this.tell(this.error)
    return null
  }

  get ended(): boolean {
    return this.error === null && this.lender === null && this.over
  }

  /** Lets go of the writers that ended, died or lied, and of which everything was read. Was that the last one? */
  private sweep(): void {
    for (let i = this.members.length - 1; i >= 0; i--) {
      const member = this.members[i]!
      const { ring, link } = member
      // Not under a lease.
      if (ring.held || (ring.ready && ring.fault === null)) continue
      const state = ring.writerState
      // Whatever it published before it ended is there by now.
      if ((state !== WriterState.OPEN || link.gone) && ring.ready && ring.fault === null) continue
      if (ring.fault !== null) this.expel(member, ring.fault)
      else if (state === WriterState.ENDED) this.remove(member, null)
      else if (state === WriterState.RESET) this.remove(member, this.peerReset())
      else if (link.gone) this.remove(member, link.saidGoodbye ? this.peerReset() : this.peerLost())
    }
    if (this.served && this.members.length === 0 && this.door.pending === 0 && !this.target.options.stay) this.finish()
  }

  /**
   * A writer whose ring cannot be used is let go of at once. If it wrote nonsense that is its own affair, and told as a death would be:
   * nobody who may write here can stop the others. If the program transferred the memory it is this stream that fails.
   */
  private expel(member: Member, fault: Fault): void {
    const error = this.faultError(fault)
    this.remove(member, error)
    if (fault === Fault.DETACHED) this.fail(error)
  }

  private finish(): void {
    if (this.over) return
    this.over = true
    this.door.close()
    if (this.loss !== null) this.fail(this.loss)
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    return interest !== Interest.READ || this.readyToRead()
  }

  private readyToRead(): boolean {
    if (this.lender !== null || this.batching) return false
    if (this.over || this.members.some(({ ring }) => ring.ready && ring.fault === null)) return true
    this.sweep()
    return this.over || this.error !== null
  }

  protected sleep(interest: number): boolean {
    if (interest !== Interest.READ) return true
    for (const { ring } of this.members) ring.sleep()
    // Also where no ring has anything: a writer may have died since the last look.
    return this.readyToRead()
  }

  protected stir(): void {
    for (const { ring } of this.members) ring.stir()
  }

  protected publish(): void {
    for (const { ring } of this.members) ring.publish()
  }

  // ---------------------------------------------------------------------------------------------------- the end

  protected checkPeer(): void {}
  protected endWrite(): void {}

  /** Writers learn that nobody reads any more. */
  protected destroy(): void {
    this.lender = null
    this.door.close()
    for (const member of [...this.members]) this.remove(member, null)
  }
}
