/** `@camio/core/adapters`: to and from Node streams, Web Streams and iterables. Which copies that takes: docs/adapters.md. */
export type { FromOptions } from './adapted.js'
export { fromNode } from './from-node.js'
export { fromIterable, fromWeb, type WebEnds } from './from-web.js'
export { type NodeOptions, type NodeStream, toDuplex, toReadable, toWritable } from './to-node.js'
export { toReadableStream, toWeb, toWritableStream, type WebPair } from './to-web.js'
