/**
 * What all `shm:` streams have in common: how they wait, and what they tell of rings that cannot be used any more.
 *
 * The other side rings only for whoever raised a flag in the memory: `sleep` raises it and looks again, which closes the race between
 * looking and sleeping; `stir` takes it down.
 */
import { CamioError, Interest, KeepAlive, Stream } from '@camio/core/spi'
import { Fault } from '../ring/bell.js'
import { addSleeper, removeSleeper, type Sleeper } from './sleepers.js'

const WATCHED = [Interest.READ, Interest.WRITE] as const

export abstract class ShmStream extends Stream implements Sleeper {
  /** Interests that are watched for, as bits. */
  private armed = 0
  private readonly alive = new KeepAlive()

  /** Raises the flag for `interest`. @returns whether it holds, after one more look */
  protected abstract sleep(interest: number): boolean
  protected abstract stir(interest: number): void
  /** Shows the other side everything that it waits for. */
  protected abstract publish(): void

  // ---------------------------------------------------------------------------------------------------- waiting

  arm(interest: number): boolean {
    // Whoever sleeps here may wait for an answer to what it has written.
    this.publish()
    if (this.sleep(interest)) {
      this.stir(interest)
      return true
    }
    this.armed |= interest
    this.alive.add(interest)
    addSleeper(this)
    return false
  }

  disarm(interest: number): void {
    this.lower(interest)
  }

  override wake(interest: number): void {
    this.lower(interest)
    super.wake(interest)
  }

  private lower(interest: number): void {
    if ((this.armed & interest) === 0) return
    this.armed &= ~interest
    this.alive.remove(interest)
    if (this.armed === 0) removeSleeper(this)
    this.stir(interest)
  }

  look(): void {
    for (const interest of WATCHED) if ((this.armed & interest) !== 0 && this.ready(interest)) this.wake(interest)
  }

  /** Somebody rang. It took one flag down: what does not hold yet goes back to sleep. */
  protected lookAgain(): void {
    for (const interest of WATCHED) {
      if ((this.armed & interest) !== 0 && (this.ready(interest) || this.sleep(interest))) this.wake(interest)
    }
  }

  /** A lease or a batch is over: somebody may have begun to wait meanwhile, and nobody rings for what is there already. */
  protected readOn(): void {
    if (this.watched(Interest.READ) && this.ready(Interest.READ)) this.wake(Interest.READ)
  }

  ref(): this {
    this.alive.ref()
    return this
  }

  unref(): this {
    this.alive.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- errors

  /** A ring is not what it should be: the stream ends here. */
  protected broken(fault: Fault): CamioError {
    if (this.error === null) this.fail(this.faultError(fault))
    return this.tell(this.error!)
  }

  protected faultError(fault: Fault): CamioError {
    const { uri } = this
    if (fault === Fault.CORRUPT) {
      return new CamioError(
        'ERR_CAMIO_CORRUPT',
        `${uri}: the other end wrote what makes no sense into the shared memory`,
        { uri },
      )
    }
    const why =
      'its memory was taken away: the ArrayBuffer of a lease or a claim was transferred, which belongs to the stream'
    return new CamioError('ERR_CAMIO_MISUSE', `${uri}: ${why}`, { uri })
  }

  protected peerLost(): CamioError {
    return new CamioError('ERR_CAMIO_PEER_LOST', `${this.uri}: the other end died`, { uri: this.uri })
  }

  protected peerReset(): CamioError {
    return new CamioError('ERR_CAMIO_RESET', `${this.uri}: the other end closed the stream`, { uri: this.uri })
  }
}
