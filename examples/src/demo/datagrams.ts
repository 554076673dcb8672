/**
 * A file over datagrams, some of which are lost: numbered pieces in windows, and after each window the question which are missing.
 * Pieces are read from the file straight into the stream's memory and written to the file straight out of it.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { listen, open, type Stream } from '@camio/core'
import type { Moved } from './move.js'
import { LossyRelay } from './relay.js'

/** What fits a packet of an Ethernet, with the piece's number before it. */
const PIECE = 1400
const HEADER = 4
const WINDOW = 128
/** Instead of a number: a question, and the end. */
const ASK = 0xffff_ffff
const BYE = 0xffff_fffe
/** How long an answer may take before it is asked for again. */
const PATIENCE_MS = 20

const LOSSES = 0.02
const SEED = 1

/** `from` -> udp -> a relay that loses two datagrams of a hundred, each way -> udp -> `to` */
export async function moveDatagrams(from: string, [to = '']: readonly string[]): Promise<Moved> {
  await using listener = await listen('udp://127.0.0.1:0')
  const relay = await LossyRelay.to(listener.uri, LOSSES, SEED)
  await using stream = await open(relay.uri)
  const sender = new Sender(stream, from)
  const receiver = listener.accept().then((peer) => new Receiver(peer, to).run())
  try {
    const [again, received] = await Promise.all([sender.run(), receiver])
    const sent = {
      bytes: sender.size,
      copies: stream.stats.write.copies,
      path: `${relay.lost} lost, ${again} sent again`,
    }
    return { sent, received }
  } finally {
    await relay.close()
  }
}

function numberAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

function putNumber(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

async function say(stream: Stream, ...numbers: readonly number[]): Promise<void> {
  const words = new Uint8Array(numbers.length * 4)
  for (const [i, value] of numbers.entries()) putNumber(words, i * 4, value)
  await stream.write(words)
}

class Sender {
  readonly size: number
  private readonly file: number
  private readonly count: number

  constructor(
    private readonly stream: Stream,
    from: string,
  ) {
    this.file = openSync(from, 'r')
    this.size = fstatSync(this.file).size
    this.count = Math.ceil(this.size / PIECE)
  }

  /** @returns how many pieces went more than once */
  async run(): Promise<number> {
    let again = 0
    for (let first = 0; first < this.count; first += WINDOW) {
      const last = Math.min(first + WINDOW, this.count)
      let missing = Array.from({ length: last - first }, (_, i) => first + i)
      for (let round = 0; missing.length > 0; round++) {
        if (round > 0) again += missing.length
        await this.send(missing)
        missing = await this.ask(first, last)
      }
    }
    // Any of them will do; if none arrives the receiver ends by its silence.
    for (let i = 0; i < 8; i++) await say(this.stream, BYE)
    closeSync(this.file)
    return again
  }

  private async send(pieces: readonly number[]): Promise<void> {
    let done = 0
    const write = (bytes: Uint8Array, offset: number, _room: number, index: number): number => {
      const piece = pieces[done + index]!
      putNumber(bytes, offset, piece)
      return HEADER + readSync(this.file, bytes, offset + HEADER, PIECE, piece * PIECE)
    }
    while (done < pieces.length) {
      const count = this.stream.writeBatch(write, HEADER + PIECE, pieces.length - done)
      done += count
      if (count === 0) await this.stream.writable()
    }
  }

  /** Which of `[first, last)` did not arrive? Asks until there is an answer. */
  private async ask(first: number, last: number): Promise<number[]> {
    for (;;) {
      await say(this.stream, ASK, first, last)
      const answer = await this.answer(first)
      if (answer !== null) return answer
    }
  }

  private async answer(first: number): Promise<number[] | null> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    for (;;) {
      const lease = await this.stream.read({ signal }).catch(() => null)
      if (lease === null) return null
      const words = Array.from({ length: lease.length / 4 }, (_, i) => numberAt(lease, i * 4))
      this.stream.release()
      // An answer to an earlier question may come late.
      if (words[0] === first) return words.slice(1)
    }
  }
}

class Receiver {
  private readonly file: number
  private readonly seen = new Set<number>()
  private bytes = 0
  private ended = false

  constructor(
    private readonly peer: Stream,
    to: string,
  ) {
    this.file = openSync(to, 'w')
  }

  async run(): Promise<Moved['received']> {
    const { peer } = this
    while (!this.ended && !peer.ended) {
      await peer.readable()
      peer.readBatch((bytes, offset, length) => this.take(bytes, offset, length))
    }
    closeSync(this.file)
    const { copies, overruns } = peer.stats.read
    await peer.close()
    return { bytes: this.bytes, copies, path: overruns === 0 ? 'datagrams' : `datagrams, ${overruns} overrun` }
  }

  private take(bytes: Uint8Array, offset: number, length: number): void {
    const piece = numberAt(bytes, offset)
    if (piece === ASK) this.answer(numberAt(bytes, offset + 4), numberAt(bytes, offset + 8))
    else if (piece === BYE) this.ended = true
    else if (!this.seen.has(piece)) {
      this.seen.add(piece)
      this.bytes += writeSync(this.file, bytes, offset + HEADER, length - HEADER, piece * PIECE)
    }
  }

  private answer(first: number, last: number): void {
    const missing: number[] = []
    for (let piece = first; piece < last; piece++) if (!this.seen.has(piece)) missing.push(piece)
    void say(this.peer, first, ...missing)
  }
}
