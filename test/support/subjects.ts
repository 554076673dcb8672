/** Every scheme as a source and as a sink of real data. A scheme that listens joins by one line of `subjects`. */
import { join } from 'node:path'
import { type Listener, listen, open, type Stream } from '@camio/core'
import '@camio/file'
import '@camio/layers'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import { missedTicks, TICK_SIZE, tickCount } from '@camio/timer'
import '@camio/udp'
import '@camio/xdp'
import { certificate } from '../../packages/tcp/dist-test/certificates.js'
import { cables, missing } from '../../packages/xdp/dist-test/namespaces.js'

type Options = Readonly<Record<string, unknown>>

/** What `explain` is given, and what the far end does meanwhile. */
export interface Fed {
  readonly uri: string
  readonly options?: Options
  /** Rejects when the far end failed. */
  readonly done: Promise<unknown>
  /** Of a stream without an end: sends everything, once the source is open. The pipe is over when all of it was read. */
  feed?(source: Stream): Promise<unknown>
}

export interface Drained {
  readonly uri: string
  readonly options?: Options
  /** What arrived, `length` bytes; asked when the pipe is over. `null`: whoever started this process has it. */
  received(length: number): Promise<Uint8Array | null>
}

export interface Subject {
  readonly scheme: string
  readonly framing: 'bytes' | 'messages'
  /** A URI for the table in docs/copies.md: nothing is opened. */
  readonly example: string
  /** Does it need a process whose standard streams are given? */
  readonly standard?: boolean
  /** What its messages must be, where they cannot be any: at least so long, at most so long, and how many are not lost. */
  readonly takes?: { readonly least: number; readonly most: number; readonly count: number }
  /** Are its messages Ethernet frames? */
  readonly frames?: boolean
  /** Its messages are its own: this is what came of them. */
  readonly check?: (received: Uint8Array) => boolean
  /** Why it cannot be tried here. */
  readonly missing?: string | null
  /** Gives back what the trial took. */
  close?(): void
  /** @param frame how messages are marked, where the other end of the pipe has messages and this one bytes */
  source?(messages: readonly Uint8Array[], frame: string | undefined): Promise<Fed>
  sink?(frame: string | undefined): Promise<Drained>
}

export function subjects(folder: string): Subject[] {
  return [
    served('mem', { example: 'mem:name', uri: () => `mem:pairs-${unique()}`, framing: 'messages' }),
    served('shm', { example: 'shm:name', uri: () => `shm:pairs-${unique()}`, framing: 'messages' }),
    file(folder),
    mapped(folder),
    recorded(folder),
    STANDARD,
    served('tcp', { example: 'tcp://host:7000', uri: () => 'tcp://127.0.0.1:0' }),
    served('unix', { example: 'unix:/run/socket', uri: () => `unix:${join(folder, `${unique()}.sock`)}` }),
    served('tls', { example: 'tls://host:7000', uri: () => 'tls://127.0.0.1:0', options: certified }),
    DATAGRAMS,
    framesOf('packet'),
    framesOf('xdp'),
    TIMER,
  ]
}

let count = 0
function unique(): string {
  return `${process.pid}-${++count}`
}

// ------------------------------------------------------------------------------------------------ what listens

interface Served extends Pick<Subject, 'example'> {
  /** Where to listen; each call another place. */
  uri(): string
  readonly framing?: Subject['framing']
  options?(): Promise<{ readonly listen: Options; readonly open: Options }>
}

const plain = async () => ({ listen: {}, open: {} })

/** One for all: an option of `explain` is for both ends. */
let certificateOfAll: ReturnType<typeof certificate> | undefined

async function certified() {
  certificateOfAll ??= certificate()
  const { cert, key } = await certificateOfAll
  return { listen: { cert, key }, open: { ca: cert } }
}

function served(scheme: string, { uri, example, framing = 'bytes', options = plain }: Served): Subject {
  async function serve(frame: string | undefined) {
    const { listen: own, open: theirs } = await options()
    const listener = await listen(uri(), { ...own, ...(frame === 'u32' && { frame }) })
    return { listener, client: { uri: framed(listener.uri, frame), options: theirs } }
  }
  return {
    scheme,
    framing,
    example,
    async source(messages, frame) {
      const { listener, client } = await serve(frame)
      return { ...client, done: withPeer(listener, (peer) => feed(peer, messages)) }
    },
    async sink(frame) {
      const { listener, client } = await serve(frame)
      const arriving = withPeer(listener, drain)
      // Where the pipe fails first, it is the pipe that says why.
      arriving.catch(() => {})
      return { ...client, received: () => arriving }
    },
  }
}

async function withPeer<T>(listener: Listener, use: (peer: Stream) => Promise<T>): Promise<T> {
  await using server = listener
  await using peer = await server.accept()
  return await use(peer)
}

function framed(uri: string, frame: string | undefined): string {
  return frame === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}frame=${frame}`
}

/** Standard streams are fed and drained by whoever starts the process: pair.program.ts. */
const STANDARD: Subject = {
  scheme: 'stdio',
  framing: 'bytes',
  example: 'stdio:',
  standard: true,
  source: async (_, frame) => ({ uri: framed('stdio:', frame), done: Promise.resolve() }),
  sink: async (frame) => ({ uri: framed('stdio:', frame), received: async () => null }),
}

/** Ends only when the other side has read everything: a reset would lose what is on its way. */
async function feed(peer: Stream, messages: readonly Uint8Array[]): Promise<void> {
  for (const message of messages) await peer.write(message)
  await peer.end()
  if (peer.features.readable) for await (const _ of peer);
}

async function drain(stream: Stream): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const lease of stream) parts.push(lease.slice())
  return Buffer.concat(parts)
}

// ------------------------------------------------------------------------------------------------ what has no end

/** Reads until there are so many bytes: what is lost is missed, and the test takes too long. */
async function drainSome(stream: Stream, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let left = length; left > 0; left -= parts.at(-1)!.length) {
    parts.push((await stream.read())!.slice())
    stream.release()
  }
  return Buffer.concat(parts)
}

/** What is sent through the stream that `open` gives, when the source is there. */
async function feedOnce(open: () => Promise<Stream>, messages: readonly Uint8Array[]): Promise<void> {
  await using stream = await open()
  for (const message of messages) await stream.write(message)
  await stream.flush()
}

/** As many as a receive buffer of the system's usual size holds. */
const DATAGRAMS: Subject = {
  scheme: 'udp',
  framing: 'messages',
  example: 'udp://host:7000',
  takes: { least: 1, most: 1400, count: 40 },
  async source(messages) {
    return {
      uri: 'udp://:0?bind=127.0.0.1',
      done: Promise.resolve(),
      feed: (source) => feedOnce(() => open(source.uri, { mode: 'w' }), messages),
    }
  },
  async sink() {
    const far = await open('udp://:0?bind=127.0.0.1', { mode: 'r' })
    return { uri: far.uri, received: (length) => drainSome(far, length).finally(() => far.close()) }
  },
}

/** Frames of an ethertype for local experiments, IEEE 802. */
const ETHERTYPE = 0x88b5

/** A cable for what is read and one for what is written; the far ends are of `packet:`. */
function framesOf(scheme: 'packet' | 'xdp'): Subject {
  let rooms: ReturnType<typeof cables> | null = null
  const has = () => (rooms ??= cables(2, 1500))
  const at = (name: string, netns: string) => `camio${name}?netns=${netns}&filter=ethertype:0x88b5`
  return {
    scheme,
    framing: 'messages',
    example: `${scheme}:interface`,
    takes: { least: 60, most: 1400, count: 40 },
    frames: true,
    missing,
    close: () => rooms?.remove(),
    async source(messages) {
      const { a, b } = has()
      return {
        uri: `${scheme}:${at('0', b)}`,
        done: Promise.resolve(),
        feed: () => feedOnce(() => open(`packet:${at('0', a)}`, { mode: 'w' }), messages),
      }
    },
    async sink() {
      const { a, b } = has()
      const far = await open(`packet:${at('1', b)}`, { mode: 'r' })
      return {
        uri: `${scheme}:${at('1', a)}`,
        received: (length) => drainSome(far, length).finally(() => far.close()),
      }
    },
  }
}

/** A message as a frame, to everybody. */
export function asFrame(message: Uint8Array): Uint8Array {
  const frame = message.slice()
  frame.fill(0xff, 0, 6)
  frame.set([2, 0, 0, 0, 0, 1, ETHERTYPE >> 8, ETHERTYPE & 0xff], 6)
  return frame
}

const TICKS = 20

const TIMER: Subject = {
  scheme: 'timer',
  framing: 'messages',
  example: 'timer:100ms',
  takes: { least: TICK_SIZE, most: TICK_SIZE, count: TICKS },
  // Late ticks are counted in the next one.
  check(received) {
    let ticks = 0
    for (let at = 0; at < received.length; at += TICK_SIZE) {
      const tick = received.subarray(at, at + TICK_SIZE)
      ticks += 1 + missedTicks(tick)
      if (tickCount(tick) !== ticks) return false
    }
    return ticks === TICKS
  },
  source: async () => ({ uri: `timer:1ms?ticks=${TICKS}`, done: Promise.resolve() }),
}

// ------------------------------------------------------------------------------------------------ what is on disk

/** @returns the path of a file that holds the messages */
export async function written(
  folder: string,
  messages: readonly Uint8Array[],
  frame: string | undefined,
): Promise<string> {
  const path = join(folder, unique())
  await using stream = await open(framed(`file:${path}`, frame), { mode: 'w' })
  await feed(stream, messages)
  return path
}

function file(folder: string): Subject {
  return {
    scheme: 'file',
    framing: 'bytes',
    example: 'file:path',
    async source(messages, frame) {
      const path = await written(folder, messages, frame)
      return { uri: framed(`file:${path}`, frame), done: Promise.resolve() }
    },
    async sink(frame) {
      const uri = framed(`file:${join(folder, unique())}`, frame)
      return { uri, received: () => contentOf(uri) }
    },
  }
}

async function contentOf(uri: string): Promise<Uint8Array> {
  await using stream = await open(uri, { mode: 'r' })
  return await drain(stream)
}

function mapped(folder: string): Subject {
  return {
    scheme: 'mmap',
    framing: 'bytes',
    example: 'mmap:path',
    async source(messages, frame) {
      return { uri: framed(`mmap:${await written(folder, messages, frame)}`, frame), done: Promise.resolve() }
    },
  }
}

function recorded(folder: string): Subject {
  return {
    scheme: 'replay',
    framing: 'messages',
    example: 'replay:path',
    async source(messages) {
      const path = join(folder, unique())
      const listener = await listen(`mem:recorded-${unique()}`)
      const arriving = withPeer(listener, drain)
      await using stream = await open(listener.uri, { mode: 'w', record: path })
      await feed(stream, messages)
      await arriving
      return { uri: `replay:${path}?speed=max`, done: Promise.resolve() }
    },
  }
}
