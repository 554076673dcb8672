/** From a log to the store that it tells of. */
import { truncateSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { CamioError, fileUri, isCamioError, open, type Stream } from '@camio/core'
import type { Request } from '../resp/request.js'
import { type RequestLimits, RequestParser } from '../resp/request-parser.js'
import type { Store } from '../store/store.js'
import { GROUP_HEAD, headSum, Word } from './group.js'
import { MAGIC } from './log-file.js'

export interface Replayed {
  /** Bytes of the file that are good: what is behind them was cut. */
  readonly size: number
  readonly records: number
  /** What was cut, for people; `null`: nothing. */
  readonly cut: string | null
}

/** What was written fits: limits were checked then. */
const LIMITS: RequestLimits = { arguments: 4, bulk: 2 ** 31, request: 2 ** 32, adjective: 'invalid' }

/**
 * Applies all of the log to `store`. A torn end is cut off the file; with `repair` also everything behind a group that is damaged
 * in the middle.
 * @throws `ERR_CAMIO_CORRUPT` for a file that is no log, or that is damaged and goes on behind that; what `open` throws
 */
export async function replay(path: string, store: Store, repair: boolean): Promise<Replayed> {
  let stream: Stream
  try {
    stream = await open(fileUri(path), { mode: 'r', maxLease: '1GiB' })
  } catch (error) {
    if (isCamioError(error, 'ERR_CAMIO_NOT_FOUND')) return { size: 0, records: 0, cut: null }
    throw error
  }
  try {
    return await new Replay(path, stream, store, repair).run()
  } finally {
    await stream.close()
  }
}

class Replay {
  private readonly parser = new RequestParser()
  private good = 0
  private records = 0

  constructor(
    private readonly path: string,
    private readonly stream: Stream,
    private readonly store: Store,
    private readonly repair: boolean,
  ) {}

  async run(): Promise<Replayed> {
    const torn = (await this.begin()) ?? (await this.groups())
    if (torn !== null) truncateSync(this.path, this.good)
    const cut = torn === null ? null : `${this.path}: ${torn} at byte ${this.good}: cut off`
    return { size: this.good, records: this.records, cut }
  }

  /** @returns what is torn, or `null` */
  private async begin(): Promise<string | null> {
    const lease = await this.atLeast(MAGIC.length)
    const there = lease === null ? 0 : Math.min(lease.length, MAGIC.length)
    const right = lease === null || MAGIC.subarray(0, there).equals(lease.subarray(0, there))
    if (!right) throw corrupt(`${this.path} is no log of camio-kv`, this.stream.uri)
    if (lease === null) return null
    const whole = there === MAGIC.length
    this.stream.release(there)
    if (!whole) return 'a torn beginning'
    this.good = there
    return null
  }

  private async groups(): Promise<string | null> {
    for (;;) {
      const head = await this.atLeast(GROUP_HEAD)
      if (head === null) return null
      if (head.length < GROUP_HEAD) return this.torn(head)
      const view = new DataView(head.buffer, head.byteOffset, GROUP_HEAD)
      const length = view.getUint32(0, true)
      const sum = view.getUint32(4, true)
      if (view.getUint32(8, true) !== headSum(head)) return await this.damaged(head, null)
      this.stream.release(0)
      const lease = (await this.atLeast(GROUP_HEAD + length))!
      if (lease.length < GROUP_HEAD + length) return this.torn(lease)
      const records = lease.subarray(GROUP_HEAD, GROUP_HEAD + length)
      if (length === 0 || crc32(records) !== sum || !this.apply(records)) return await this.damaged(lease, length)
      this.stream.release(GROUP_HEAD + length)
      this.good += GROUP_HEAD + length
    }
  }

  private torn(rest: Uint8Array): string {
    const { length } = rest
    this.stream.release()
    return `a group that was not written whole (${length} bytes)`
  }

  /**
   * Only at the end of the file may a group be damaged: the system had not written all of it when it stopped.
   * @param length `null`: where it ends is not known, for its head is damaged
   */
  private async damaged(lease: Uint8Array, length: number | null): Promise<string> {
    let nothing = lease.subarray(length === null ? GROUP_HEAD : 0).every((byte) => byte === 0)
    const last = length !== null && lease.length === GROUP_HEAD + length
    this.stream.release()
    const ended = await this.skipZeros()
    nothing &&= ended
    if (this.repair || nothing || (last && ended)) return 'a damaged group'
    const how = 'start with --repair to cut off it and all that follows'
    throw corrupt(
      `${this.path} has a damaged group at byte ${this.good}, and goes on behind it: ${how}`,
      this.stream.uri,
    )
  }

  /** @returns whether nothing else follows */
  private async skipZeros(): Promise<boolean> {
    for await (const lease of this.stream) if (lease.some((byte) => byte !== 0)) return false
    return true
  }

  /** A lease of so many bytes, or of all that are left; `null` at the end. */
  private async atLeast(length: number): Promise<Uint8Array | null> {
    let before = -1
    for (;;) {
      const lease = await this.stream.read()
      if (lease === null || lease.length >= length || lease.length === before) return lease
      before = lease.length
      this.stream.release(0)
    }
  }

  /** @returns `false` for what no log of ours says */
  private apply(records: Uint8Array): boolean {
    for (let at = 0; at < records.length; ) {
      const next = this.parser.parse(records, at, records.length, LIMITS)
      if (next < 0 || !applyRecord(this.parser.request, this.store)) return false
      this.records++
      at = next
    }
    return true
  }
}

function corrupt(message: string, uri: string): CamioError {
  return new CamioError('ERR_CAMIO_CORRUPT', message, { uri })
}

function applyRecord(request: Request, store: Store): boolean {
  const { sources, starts, lengths, count } = request
  if (count === 1 && request.says(0, Word.FLUSH)) {
    store.clear()
    return true
  }
  if (count < 2) return false
  const entry = store.find(sources[1]!, starts[1]!, lengths[1]!)
  if (request.says(0, Word.SET) && count === 4) {
    const [key, value] = [1, 2]
    const expires = Number(request.text(3))
    store.set(
      sources[key]!,
      starts[key]!,
      lengths[key]!,
      sources[value]!,
      starts[value]!,
      lengths[value]!,
      false,
      expires,
    )
  } else if (request.says(0, Word.DEL) && count === 2) {
    if (entry !== null) store.delete(entry)
  } else if (request.says(0, Word.APPEND) && count === 3) {
    if (entry !== null) store.append(entry, request.view(2))
  } else if (request.says(0, Word.EXPIRE) && count === 3) {
    if (entry !== null) store.expireAt(entry, Number(request.text(2)))
  } else {
    return false
  }
  return true
}
