/**
 * A capture file in the making (pcapng: draft-ietf-opsawg-pcapng). Blocks are gathered and written at the end of the turn of the event
 * loop, or when the buffer is full; synchronously, so that nothing queues behind a slow disk (docs/decisions/0051-...).
 * All streams of this thread that record to one file share it.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { type CamioError, fromSystemError, type Refuse } from '@camio/core/spi'

/** LINKTYPE_... of the tcpdump group's registry. */
export const LinkType = { ETHERNET: 1, RAW: 101 } as const

export const Direction = { IN: 1, OUT: 2 } as const

/** Told when the file takes no more. */
export interface Recorder {
  recordingBroke(error: CamioError): void
}

const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const PACKET = 6
const BYTE_ORDER = 0x1a2b3c4d
const Option = { END: 0, COMMENT: 1, NAME: 2, FLAGS: 2, APPLICATION: 4 } as const
/** Holds the largest block. */
const BUFFER = 256 * 1024
const utf8 = new TextEncoder()

/** Bytes of an option's value beside its header, and what fills it up to whole words. */
function padded(length: number): number {
  return (length + 3) & ~3
}

/** Of this thread, by device and inode; two copies of this package share it. */
const KEY = Symbol.for('@camio/layers/recordings@1')
const recordings: Map<string, Recording> = ((globalThis as Record<symbol, unknown>)[KEY] ??= new Map()) as Map<
  string,
  Recording
>

export class Recording {
  /** Where a packet is put together. */
  readonly buffer = new Uint8Array(BUFFER)
  private readonly view = new DataView(this.buffer.buffer)
  private used = 0
  private interfaces = 0
  private scheduled = false
  private holds = 1
  private error: CamioError | null = null
  private readonly recorders = new Set<Recorder>()
  /** Microseconds of the last packet: time goes forward. */
  private last = 0

  private constructor(
    private readonly fd: number,
    private readonly key: string,
    private readonly uri: string,
  ) {
    this.section()
  }

  /**
   * Opens a file for a new recording, or joins the one that this thread makes of it. Whoever opens it holds it.
   * @throws `refuse(...)` where it is no regular file; a system's error as a CamioError
   */
  static open(path: string, uri: string, refuse: Refuse): Recording {
    let fd: number
    try {
      // Not blocking: without it a FIFO would hang here for a reader.
      fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK, 0o600)
    } catch (error) {
      throw fromSystemError(error, uri, `cannot record to ${path} for`)
    }
    const status = fstatSync(fd, { bigint: true })
    const key = `${status.dev}:${status.ino}`
    const present = recordings.get(key)
    if (present !== undefined || !status.isFile()) {
      closeSync(fd)
      if (present === undefined) throw refuse(`is ${path}, which is no regular file`)
      present.holds++
      return present
    }
    ftruncateSync(fd)
    const recording = new Recording(fd, key, uri)
    recordings.set(key, recording)
    return recording
  }

  join(recorder: Recorder): void {
    this.holds++
    this.recorders.add(recorder)
    if (this.error !== null) recorder.recordingBroke(this.error)
  }

  leave(recorder: Recorder): void {
    this.recorders.delete(recorder)
  }

  /** Why the file takes no more. */
  get failure(): CamioError | null {
    return this.error
  }

  /** Writes what there is; the last one to let go closes the file. What goes wrong then is in {@link failure}. */
  letGo(): void {
    this.write()
    this.holds--
    if (this.holds > 0) return
    recordings.delete(this.key)
    try {
      closeSync(this.fd)
    } catch (error) {
      this.broke(error)
    }
  }

  // ---------------------------------------------------------------------------------------------------- blocks

  private section(): void {
    const application = utf8.encode('CamIO for Node')
    const at = this.begin(SECTION, 16 + 4 + padded(application.length) + 4)
    const { view } = this
    view.setUint32(at, BYTE_ORDER, true)
    view.setUint16(at + 4, 1, true)
    view.setUint16(at + 6, 0, true)
    // The section's length is not known.
    view.setInt32(at + 8, -1, true)
    view.setInt32(at + 12, -1, true)
    this.finish(this.option(this.option(at + 16, Option.APPLICATION, application), Option.END))
  }

  /** Describes a stream. @returns the number by which its packets name it */
  addInterface(linkType: number, name: string): number {
    // An option's length has 16 bits.
    const bytes = utf8.encode(name).subarray(0, 1024)
    const at = this.begin(INTERFACE, 8 + 4 + padded(bytes.length) + 4)
    const { view } = this
    view.setUint16(at, linkType, true)
    view.setUint16(at + 2, 0, true)
    view.setUint32(at + 4, 0, true)
    this.finish(this.option(this.option(at + 8, Option.NAME, bytes), Option.END))
    return this.interfaces++
  }

  /** Begins a packet. @returns where its `length` bytes go in {@link buffer}, which `endPacket` must follow */
  beginPacket(which: number, length: number, comment: Uint8Array | null): number {
    const options = 8 + (comment === null ? 0 : 4 + padded(comment.length)) + 4
    const at = this.begin(PACKET, 20 + padded(length) + options)
    const { view } = this
    const time = this.now()
    view.setUint32(at, which, true)
    view.setUint32(at + 4, Math.floor(time / 2 ** 32), true)
    view.setUint32(at + 8, time % 2 ** 32, true)
    view.setUint32(at + 12, length, true)
    view.setUint32(at + 16, length, true)
    return at + 20
  }

  /** @param direction see {@link Direction} */
  endPacket(at: number, length: number, direction: number, comment: Uint8Array | null): void {
    this.buffer.fill(0, at + length, at + padded(length))
    const options = at + padded(length)
    this.view.setUint32(options + 4, direction, true)
    let end = this.option(options, Option.FLAGS, null, 4)
    if (comment !== null) end = this.option(end, Option.COMMENT, comment)
    this.finish(this.option(end, Option.END))
  }

  /** @param value `null`: `length` bytes that are there already @returns where the next option begins */
  private option(at: number, code: number, value: Uint8Array | null = null, length = value?.length ?? 0): number {
    this.view.setUint16(at, code, true)
    this.view.setUint16(at + 2, length, true)
    const end = at + 4 + padded(length)
    if (value !== null) {
      this.buffer.set(value, at + 4)
      this.buffer.fill(0, at + 4 + length, end)
    }
    return end
  }

  private begin(type: number, body: number): number {
    const length = body + 12
    if (this.used + length > BUFFER) this.write()
    const { view, used } = this
    view.setUint32(used, type, true)
    view.setUint32(used + 4, length, true)
    return used + 8
  }

  /** @param at behind the body */
  private finish(at: number): void {
    this.view.setUint32(at, this.view.getUint32(this.used + 4, true), true)
    this.used = at + 4
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      this.write()
    })
  }

  /** Microseconds since 1970. */
  private now(): number {
    const now = Math.floor((performance.timeOrigin + performance.now()) * 1000)
    this.last = Math.max(this.last, now)
    return this.last
  }

  // ---------------------------------------------------------------------------------------------------- the file

  /** Writes what was gathered. Streams whose packets cannot be written any more break. */
  private write(): void {
    const { used } = this
    this.used = 0
    if (this.error !== null) return
    try {
      for (let from = 0; from < used; ) from += writeSync(this.fd, this.buffer, from, used - from)
    } catch (error) {
      this.broke(error)
    }
  }

  private broke(error: unknown): void {
    this.error ??= fromSystemError(error, this.uri, 'cannot go on recording')
    for (const recorder of [...this.recorders]) recorder.recordingBroke(this.error)
  }
}
