/** Joins the packets of one message that was too large for one packet. */
import { CONTINUES } from '../record/conversation.js'
import type { Packet } from './capture.js'

const COMMENT = new TextDecoder().decode(CONTINUES)
const NOTHING = new Uint8Array(0)

export class Parts {
  private bytes = NOTHING
  private length = 0

  /**
   * Is the message complete with this packet, which then is all of it? If not, its bytes are kept.
   * @param limit no more than this is kept, and one packet: what is behind is refused as too large by whoever asks
   */
  complete(packet: Packet, limit: number): boolean {
    const continues = packet.comment === COMMENT
    if (!continues && this.length === 0) return true
    this.add(packet)
    if (continues && this.length <= limit) return false
    packet.bytes = this.bytes
    packet.start = 0
    packet.end = this.length
    this.bytes = NOTHING
    this.length = 0
    return true
  }

  private add({ bytes, start, end }: Packet): void {
    const length = this.length + end - start
    if (length > this.bytes.length) {
      const larger = new Uint8Array(2 * length)
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(bytes.subarray(start, end), this.length)
    this.length = length
  }
}
