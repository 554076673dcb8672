/**
 * What is on its way out: messages handed to `ws`, whose bytes wait in the socket until the system takes them. The socket is corked
 * while a turn of the program writes, so that many small messages leave together, by writev.
 */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

export class Outbox {
  private corked = false
  /** Messages that the system has not taken yet. What `ws` sends by itself, pongs and farewells, does not count. */
  private pending = 0

  /**
   * @param limit bytes that may wait
   * @param sent called whenever one went, or could not
   */
  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Socket,
    private readonly limit: number,
    private readonly binary: boolean,
    private readonly sent: (error: Error | null | undefined) => void,
  ) {}

  /** Can the peer still be sent to? Not from its farewell on, even if what it sent before is still unread. */
  get open(): boolean {
    return this.ws.readyState === this.ws.OPEN
  }

  get empty(): boolean {
    return this.pending === 0
  }

  /** Is there room? An empty one takes any message. */
  fits(length: number): boolean {
    return this.pending === 0 || this.ws.bufferedAmount + length <= this.limit
  }

  /** @param message must not change any more */
  send(message: Uint8Array): void {
    if (!this.corked) {
      this.corked = true
      this.socket.cork()
    }
    this.hand(message, this.binary)
  }

  /** A text message at once: everything before it was flushed. */
  sendText(utf8: Uint8Array): void {
    this.hand(utf8, false)
  }

  private hand(message: Uint8Array, binary: boolean): void {
    this.pending++
    this.ws.send(message, { binary }, this.went)
  }

  /** One for all messages. */
  private readonly went = (error?: Error | null): void => {
    this.pending--
    this.sent(error)
  }

  /** @returns whether there was anything to be flushed */
  flush(): boolean {
    if (!this.corked) return false
    this.corked = false
    this.socket.uncork()
    return true
  }
}
