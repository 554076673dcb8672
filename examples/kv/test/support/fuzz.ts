/** Bytes that are nearly requests, thrown at the server's whole path: parser, commands, replies. */
import { startServer } from '../../dist/server/server.js'
import { type Random, randomFrom } from './random.js'
import { encode, Wire } from './wire.js'

const WORDS = [
  'GET',
  'SET',
  'DEL',
  'MGET',
  'INCR',
  'APPEND',
  'GETRANGE',
  'SCAN',
  'HELLO',
  'CLIENT',
  'EXPIRE',
  'KEYS',
  'PING',
  'COMMAND',
  'INFO',
  'SUBSCRIBE',
  'PUBLISH',
  'UNSUBSCRIBE',
  'RENAME',
  'CONFIG',
  'MSET',
  'ECHO',
]
const ARGS = [
  '',
  'a',
  'b',
  'key',
  '0',
  '-1',
  '99999999999999999999',
  'EX',
  'PX',
  'NX',
  'GET',
  'MATCH',
  '*',
  '[',
  '\\',
  '\0',
  '\r\n',
  '$3\r\n',
  '*1\r\n',
  'x'.repeat(300),
  'LIST',
  'INFO',
  'DOCS',
  'SETNAME',
  'AUTH',
  'COUNT',
]
const SCRAPS = [
  '*',
  '$',
  '\r\n',
  '\n',
  '\r',
  '-1',
  '0',
  '1',
  '3',
  '999999999999',
  '"',
  "'",
  ' ',
  '\\x',
  'PING\r\n',
  '*1\r\n$4\r\nPING\r\n',
  '*-1\r\n',
  '*0\r\n',
  '$-1\r\n',
  '*2\r\n$1',
  '\0',
  '\xff',
]

/** One input: a request, one with some bytes changed, one that is cut, or scraps. */
export function input(random: Random): Buffer {
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!
  const kind = random(4)
  if (kind === 3) return Buffer.from(Array.from({ length: 1 + random(12) }, () => one(SCRAPS)).join(''), 'latin1')
  const bytes = encode([one(WORDS), ...Array.from({ length: random(5) }, () => one(ARGS))])
  if (kind === 1) for (let i = 1 + random(3); i > 0; i--) bytes[random(bytes.length)] = random(256)
  return kind === 2 ? bytes.subarray(0, random(bytes.length)) : bytes
}

export interface Fuzzed {
  readonly inputs: number
  /** Bytes on the heap that are more than after the first tenth; measured where the collector can be called. */
  readonly grown: number
}

/**
 * Sends `count` inputs, `batch` of them a client, each client in pieces of any length; after each a sane client must still be served.
 * @throws when it is not, or when the server reports a defect
 */
export async function fuzz(uri: string, count: number, seed: number, batch = 20): Promise<Fuzzed> {
  const reports: string[] = []
  const server = await startServer({
    listen: [uri],
    maxmemory: 4 * 2 ** 20,
    evict: 'lru',
    report: (line) => reports.push(line),
  })
  const random = randomFrom(seed)
  const witness = await Wire.open(server.uris[0]!)
  let settled = 0
  const heap = (): number => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  try {
    for (let sent = 0; sent < count; sent += batch) {
      const wire = await Wire.open(server.uris[0]!)
      const bytes = Buffer.concat(Array.from({ length: batch }, () => input(random)))
      try {
        for (let at = 0; at < bytes.length; ) {
          const piece = bytes.subarray(at, at + 1 + random(200))
          await wire.stream.write(piece)
          if (random(4) === 0) await wire.stream.flush()
          at += piece.length
        }
        await wire.stream.end()
        // Everything it answers is a reply.
        for (;;) await wire.next()
      } catch (error) {
        // It was let go, sooner or later.
        if (/no reply begins/.test((error as Error).message)) throw error
      }
      await wire.stream.close({ discard: true })
      if ((await witness.ask('PING')) !== 'PONG') throw new Error('the witness is not served')
      if (reports.length > 0) throw new Error(`after ${sent} inputs of seed ${seed}: ${reports[0]}`)
      if (settled === 0 && sent * 10 >= count) settled = heap()
    }
    return { inputs: count, grown: heap() - settled }
  } finally {
    await witness.stream.close()
    await server.close()
  }
}
