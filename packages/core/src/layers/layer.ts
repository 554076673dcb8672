/** A stream around a stream: what every layer has in common. Layers wrap; without layers nothing does. */
import type { Features } from '../features.js'
import { Interest, type Waiter } from '../source.js'
import { StreamStats } from '../stats.js'
import { type Address, type CloseOptions, Stream, type StreamInit } from '../stream.js'
import type { WaitOptions } from '../wait/wait.js'

export abstract class Layer extends Stream implements Waiter {
  /** The inner stream is closing, or closed. */
  private closesInner = false
  /** The interests that the inner stream is watched for on this layer's behalf, as bits. */
  private armed = 0

  /** @param init what the inner stream was opened with */
  constructor(
    readonly inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    features: Features,
  ) {
    super({
      uri: inner.uri,
      features,
      limits: init.limits,
      wait: init.wait,
      stats: new StreamStats(undefined, inner.stats),
    })
    inner.wrapper = this
  }

  /** Does `interest` hold because of what the layer itself holds? `null`: ask the inner stream. May throw the stream's error. */
  protected abstract holds(interest: number): boolean | null

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    const told = this.knowsError()
    try {
      return this.holds(interest) ?? this.inner.ready(interest)
    } catch {
      // The program's next call throws it: here somebody only looks.
      this.wasTold(told)
      return true
    }
  }

  override knowsError(): boolean {
    return this.errorSeen || this.inner.knowsError()
  }

  override wasTold(told: boolean): void {
    this.errorSeen = told
    this.inner.wasTold(told)
  }

  arm(interest: number): boolean {
    // The inner stream may have something, but not enough for the layer (half a frame): look once, then watch again.
    for (let look = 0; look < 2; look++) {
      if (!this.inner.watch(interest, this)) {
        this.armed |= interest
        return false
      }
      if (this.ready(interest)) return true
    }
    return true
  }

  disarm(interest: number): void {
    this.armed &= ~interest
    this.inner.unwatch(interest, this)
  }

  notify(_source: unknown, interest: number): void {
    this.armed &= ~interest
    if (this.ready(interest)) this.wake(interest)
    else if (this.watched(interest) && this.arm(interest)) this.wake(interest)
  }

  override get remote(): Address | undefined {
    return this.inner.remote
  }

  tryFlush(): boolean {
    return this.inner.tryFlush()
  }

  override async sync(options?: WaitOptions): Promise<void> {
    await this.flush(options)
    await this.inner.sync(options)
  }

  protected endWrite(): Promise<void> {
    return this.inner.end()
  }

  protected async destroy(discard: boolean): Promise<void> {
    for (const interest of [Interest.READ, Interest.WRITE, Interest.DRAIN]) {
      if (this.armed & interest) this.disarm(interest)
    }
    this.closesInner = true
    const options: CloseOptions = { discard }
    await this.inner.close(options)
  }

  /** A close with `discard` cuts short one of the inner stream that is under way. */
  override close(options?: CloseOptions): Promise<void> {
    const closing = super.close(options)
    if (options?.discard && this.closesInner) this.inner.close(options).catch(() => {})
    return closing
  }

  ref(): this {
    this.inner.ref()
    return this
  }
  unref(): this {
    this.inner.unref()
    return this
  }
}
