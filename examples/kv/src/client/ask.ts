/** A request with a promise, and what its answer must be. */
import { CamioError } from '@camio/core'
import { Form, type Reply, type ReplyError, type ReplyHandler } from './reply.js'

/** From an answer to what a method promises. @throws `ERR_CAMIO_CORRUPT` for an answer that the command cannot have */
export type As<T> = (reply: Reply) => T

export class Ask<T> implements ReplyHandler {
  constructor(
    private readonly resolve: (value: T) => void,
    private readonly reject: (error: Error) => void,
    private readonly as: As<T>,
    readonly form: Form = Form.TEXT,
  ) {}

  reply(value: Reply): void {
    try {
      this.resolve(this.as(value))
    } catch (error) {
      this.reject(error as Error)
    }
  }

  fail(error: ReplyError | CamioError): void {
    this.reject(error)
  }
}

function unexpected(wanted: string, reply: Reply): CamioError {
  return new CamioError('ERR_CAMIO_CORRUPT', `the server answered ${kindOf(reply)}, not ${wanted}`)
}

function kindOf(reply: Reply): string {
  if (reply === null) return 'nothing'
  return typeof reply === 'object' ? reply.constructor.name : typeof reply
}

export const asIs: As<Reply> = (reply) => reply

export const asText: As<string> = (reply) => {
  if (typeof reply === 'string') return reply
  throw unexpected('a string', reply)
}

export const asTextOrNull: As<string | null> = (reply) => (reply === null ? null : asText(reply))

export const asBytesOrNull: As<Buffer | null> = (reply) => {
  if (reply === null || Buffer.isBuffer(reply)) return reply
  throw unexpected('bytes', reply)
}

/** An integer; what JavaScript's numbers cannot hold is an error, though the command was carried out. `command()` gives a bigint. */
export const asNumber: As<number> = (reply) => {
  if (typeof reply === 'number') return reply
  if (typeof reply !== 'bigint') throw unexpected('a number', reply)
  throw new CamioError('ERR_KV_RANGE', `${reply} is beyond 2^53: use command() and get a bigint`)
}

/** How many: 1 of 1, or 0. */
export const asFlag: As<boolean> = (reply) => asNumber(reply) === 1

/** `OK`, or nothing where a condition was not met. */
export const asDone: As<boolean> = (reply) => asTextOrNull(reply) !== null

export const asNothing: As<void> = (reply) => {
  asText(reply)
}

export const asList =
  <T>(as: As<T>): As<T[]> =>
  (reply) => {
    if (Array.isArray(reply)) return reply.map(as)
    if (reply instanceof Set) return [...reply].map(as)
    throw unexpected('an array', reply)
  }

/** RESP3's map, or RESP2's array of keys and values by turns. */
export const asRecord: As<Record<string, string>> = (reply) => {
  const flat = reply instanceof Map ? [...reply].flat() : asList(asIs)(reply)
  const record: Record<string, string> = Object.create(null) as Record<string, string>
  for (let i = 0; i + 1 < flat.length; i += 2) record[asText(flat[i]!)] = asText(flat[i + 1]!)
  return record
}

export interface ScanPage {
  /** `0`: that was the last page. */
  readonly cursor: string
  readonly keys: readonly string[]
}

export const asScanPage: As<ScanPage> = (reply) => {
  const [cursor, keys] = asList(asIs)(reply)
  return { cursor: asText(cursor ?? null), keys: asList(asText)(keys ?? null) }
}
