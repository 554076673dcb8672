/** The client library. Import the transports that you want: `import '@camio/tcp'`. */
export { Client, type Key, type ScanOptions, type SetOptions } from './client.js'
export { type ConnectOptions, connect } from './connect.js'
export type { Exchange } from './exchange.js'
export { Form, type Reply, ReplyError, type ReplyHandler } from './reply.js'
export { ReplyReader, type ReplySink } from './reply-reader.js'
export type { Argument, Request } from './request.js'
export type { MessageListener } from './subscriptions.js'
