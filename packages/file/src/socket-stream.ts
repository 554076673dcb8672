/** Pipes, terminals and sockets through `node:net` and `node:tty` (node engine). */
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { ReadStream, WriteStream } from 'node:tty'
import { ChunkStream, Counter, fromSystemError, PENDING, type StreamInit, WRITE } from '@camio/core/spi'
import { FirstWriter } from './first-writer.js'

export interface SocketFile {
  readonly fd: number
  readonly terminal: boolean
  /** A named pipe that perhaps nobody writes yet, which to node:net looks like its end. */
  readonly named: boolean
}

export class SocketStream extends ChunkStream {
  private socket: Socket | null = null
  private readonly firstWriter: FirstWriter | null
  /** Bytes that node:net has and has not written. */
  private unsent = 0
  private referenced = true
  private armed = false

  constructor(
    init: StreamInit,
    private readonly file: SocketFile,
  ) {
    super(init)
    this.firstWriter = file.named ? new FirstWriter(file.fd) : null
    if (this.firstWriter === null) this.connect()
    else this.firstWriter.wait((error, bytes) => this.begun(error, bytes))
  }

  private begun(error: Error | null, bytes: Uint8Array | null): void {
    if (bytes !== null) this.received(bytes)
    if (error === null) this.connect()
    else this.broke(error)
  }

  private connect(): void {
    const { fd, terminal } = this.file
    const { readable, writable } = this.features
    if (terminal) this.socket = readable ? new ReadStream(fd) : new WriteStream(fd)
    else this.socket = new Socket({ fd, readable, writable })
    this.socket.on('error', (error) => this.broke(error))
    if (!readable) return
    this.socket.on('data', (chunk: Buffer) => {
      this.stats.counters[Counter.systemCalls]! += 1
      this.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    })
    this.socket.on('end', () => this.receivedEnd())
    this.applyRef()
  }

  private broke(error: Error): void {
    this.onlyWritingFailed ||= this.unsent > 0
    this.fail(fromSystemError(error, this.uri, this.unsent > 0 ? 'cannot write' : 'cannot read'))
    if (this.unsent > 0) this.sent(0)
  }

  protected pauseSource(): void {
    this.socket?.pause()
  }
  protected resumeSource(): void {
    this.socket?.resume()
  }

  protected push(source: Uint8Array, offset: number, length: number): number {
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    this.unsent = length
    this.socket!.write(source.subarray(offset, offset + length), (error) => {
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

  /** Reading is what keeps the process alive, and only while somebody waits for it. */
  protected override armPull(): boolean {
    this.armed = true
    this.applyRef()
    return super.armPull()
  }
  protected override disarmPull(): void {
    this.armed = false
    this.applyRef()
  }

  ref(): this {
    this.referenced = true
    this.applyRef()
    return this
  }
  unref(): this {
    this.referenced = false
    this.applyRef()
    return this
  }

  private applyRef(): void {
    const alive = this.referenced && (this.armed || !this.features.readable)
    this.firstWriter?.keepAlive(alive)
    if (alive) this.socket?.ref()
    else this.socket?.unref()
  }

  protected endWrite(): void {}

  protected closeTransport(): void | Promise<void> {
    this.firstWriter?.stop()
    const { socket } = this
    if (socket === null) return closeSync(this.file.fd)
    // It closes by itself at its end.
    if (socket.closed) return undefined
    return new Promise((resolve) => {
      socket.once('close', () => resolve())
      socket.destroy()
    })
  }
}
