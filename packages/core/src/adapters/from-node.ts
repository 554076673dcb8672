/** A stream of Node's as a camio byte stream: leases on its chunks where they lie; writing is a copy, for it may keep what it gets. */
import type { Duplex, Readable, Writable } from 'node:stream'
import { CamioError } from '../error.js'
import type { Stream } from '../stream.js'
import { Adapted, type ChunkSink, type ChunkSource, type Ends, type Events, type FromOptions } from './adapted.js'
import { bytesOf } from './bytes-of.js'

type NodeStream = Readable | Writable | Duplex

/**
 * Takes over a Readable, a Writable or a Duplex: it must not be read or written by anybody else from now on, and `close()` destroys
 * it. Both directions of a Duplex end each for itself.
 * @throws `ERR_CAMIO_MISUSE` for a stream in object mode, which has no bytes
 */
export function fromNode(node: NodeStream, options: FromOptions = {}): Stream {
  const { readable = false, writable = false, readableObjectMode, writableObjectMode } = node as Duplex
  if ((readable && readableObjectMode) || (writable && writableObjectMode)) {
    throw new CamioError('ERR_CAMIO_MISUSE', 'a Node stream in object mode has no bytes to read or write')
  }
  return new Adapted('node', options, { readable, writable }, (events) => connect(node, { readable, writable }, events))
}

function connect(node: NodeStream, sides: { readable: boolean; writable: boolean }, events: Events): Ends {
  node.on('error', events.broke)
  node.on('close', () => goneEarly(node, sides, events))
  const source = sides.readable ? sourceOf(node as Readable, events) : null
  const sink = sides.writable ? sinkOf(node as Writable, events) : null
  return { source, sink }
}

/** Destroyed without an error, and without the end that its readers wait for or the finish that its writers do. */
function goneEarly(
  node: NodeStream,
  { readable, writable }: { readable: boolean; writable: boolean },
  events: Events,
): void {
  const { readableEnded, writableFinished } = node as Duplex
  if ((readable && !readableEnded) || (writable && !writableFinished)) {
    events.broke(new CamioError('ERR_CAMIO_PEER_LOST', 'the Node stream was destroyed before its end'))
  }
}

function sourceOf(node: Readable, events: Events): ChunkSource {
  node.on('data', (chunk: unknown) => events.chunk(bytesOf(chunk)))
  node.on('end', events.ended)
  return {
    pause: () => void node.pause(),
    resume: () => void node.resume(),
    stop: () => void node.destroy(),
  }
}

function sinkOf(node: Writable, events: Events): ChunkSink {
  node.on('drain', events.room)
  return {
    write: (bytes) => node.write(bytes),
    end: () =>
      new Promise((resolve, reject) => {
        node.end((error?: Error | null) => (error ? reject(error) : resolve()))
      }),
    abort: () => void node.destroy(),
  }
}
