/** Every scheme as a source and as a sink of real data. A scheme that listens joins by one line of `subjects`. */
import { join } from 'node:path'
import { type Listener, listen, open, type Stream } from '@camio/core'
import '@camio/file'
import '@camio/layers'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import { certificate } from '../../packages/tcp/dist-test/certificates.js'

type Options = Readonly<Record<string, unknown>>

/** What `explain` is given, and what the far end does meanwhile. */
export interface Fed {
  readonly uri: string
  readonly options?: Options
  /** Rejects when the far end failed. */
  readonly done: Promise<unknown>
}

export interface Drained {
  readonly uri: string
  readonly options?: Options
  /** What arrived; asked when the pipe is over. `null`: whoever started this process has it. */
  received(): Promise<Uint8Array | null>
}

export interface Subject {
  readonly scheme: string
  readonly framing: 'bytes' | 'messages'
  /** A URI for the table in docs/copies.md: nothing is opened. */
  readonly example: string
  /** Does it need a process whose standard streams are given? */
  readonly standard?: boolean
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
