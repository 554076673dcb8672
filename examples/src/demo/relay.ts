/** A network that loses datagrams, on one host: it stands between two ends and drops what a seeded dice says. */
import { type Listener, listen, open, type Stream } from '@camio/core'

export class LossyRelay {
  lost = 0
  private readonly opened: Stream[] = []

  private constructor(
    private readonly listener: Listener,
    private readonly behind: string,
    /** Of a million. */
    private readonly losses: number,
    private state: number,
  ) {}

  /** @param behind where what arrives is passed on to @param losses the part that is dropped each way, 0.02 for two of a hundred */
  static async to(behind: string, losses: number, seed: number): Promise<LossyRelay> {
    const relay = new LossyRelay(await listen('udp://127.0.0.1:0'), behind, losses * 2 ** 32, seed)
    void relay.accept()
    return relay
  }

  get uri(): string {
    return this.listener.uri
  }

  private async accept(): Promise<void> {
    for await (const near of this.listener) {
      const far = await open(this.behind)
      this.opened.push(near, far)
      // Either ends when the relay is closed.
      this.pass(near, far).catch(() => {})
      this.pass(far, near).catch(() => {})
    }
  }

  private async pass(from: Stream, to: Stream): Promise<void> {
    const one = (bytes: Uint8Array, offset: number, length: number): void => {
      const at = this.dice() < this.losses ? -1 : to.tryClaimAt(length)
      if (at < 0) {
        this.lost++
        return
      }
      to.claimBytes.set(bytes.subarray(offset, offset + length), at)
      to.commit(length)
    }
    while (!from.ended) {
      await from.readable()
      from.readBatch(one)
    }
  }

  /** Mulberry32: the same losses for the same seed and the same traffic. */
  private dice(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let x = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return (x ^ (x >>> 14)) >>> 0
  }

  async close(): Promise<void> {
    await this.listener.close()
    await Promise.all(this.opened.map((stream) => stream.close({ discard: true })))
  }
}
