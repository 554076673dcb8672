/** Pipes, terminals and sockets through `node:net` and `node:tty` (node engine). */
import { Socket } from 'node:net'
import { ReadStream, WriteStream } from 'node:tty'
import { ChunkStream, Counter, fromSystemError, PENDING, type StreamInit, WRITE } from '@camio/core/spi'

/** @param first what was read of it already @param owned is the descriptor ours to close? */
export interface SocketFile {
  readonly fd: number
  readonly terminal: boolean
  readonly first: Uint8Array | null
}

function openSocket({ fd, terminal }: SocketFile, readable: boolean, writable: boolean): Socket {
  if (terminal) return readable ? new ReadStream(fd) : new WriteStream(fd)
  return new Socket({ fd, readable, writable })
}

export class SocketStream extends ChunkStream {
  private readonly socket: Socket
  private unsent = 0

  constructor(init: StreamInit, file: SocketFile) {
    super(init)
    const { readable, writable } = init.features
    this.socket = openSocket(file, readable, writable)
    this.socket.on('error', (error) => this.broke(error))
    if (file.first !== null) this.received(file.first)
    if (readable) this.listen()
  }

  private listen(): void {
    this.socket.on('data', (chunk: Buffer) => {
      this.stats.counters[Counter.systemCalls]! += 1
      this.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    })
    this.socket.on('end', () => this.receivedEnd())
    // Nobody waits yet: waiting is what keeps the process alive.
    this.socket.unref()
  }

  private broke(error: Error): void {
    this.fail(fromSystemError(error, this.uri, this.unsent > 0 ? 'cannot write' : 'cannot read'))
    if (this.unsent > 0) this.sent(0)
  }

  protected pauseSource(): void {
    this.socket.pause()
  }
  protected resumeSource(): void {
    this.socket.resume()
  }

  protected push(source: Uint8Array, offset: number, length: number): number {
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    this.unsent = length
    this.socket.write(source.subarray(offset, offset + length), (error) => {
      if (this.unsent > 0 && !error) this.sent(length)
    })
    return PENDING
  }

  private sent(count: number): void {
    this.unsent = 0
    this.pushed(count)
  }

  protected armPush(): boolean {
    return true
  }
  protected disarmPush(): void {}

  protected override armPull(): boolean {
    this.socket.ref()
    return super.armPull()
  }
  protected override disarmPull(): void {
    this.socket.unref()
  }

  protected endWrite(): void {}

  protected closeTransport(): Promise<void> {
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve())
      this.socket.destroy()
    })
  }

  ref(): this {
    this.socket.ref()
    return this
  }

  unref(): this {
    this.socket.unref()
    return this
  }
}
