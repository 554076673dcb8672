/**
 * `node:diagnostics_channel` events: `camio:stream:open`, `camio:stream:error`, `camio:stream:close`, `camio:listener:open`,
 * `camio:listener:accept`, `camio:listener:close`, `camio:pipe`. Never per message; nothing is built while nobody listens.
 */
import { channel } from 'node:diagnostics_channel'
import type { CamioError } from './error.js'

const open = channel('camio:stream:open')
const failed = channel('camio:stream:error')
const closed = channel('camio:stream:close')
const listening = channel('camio:listener:open')
const accepted = channel('camio:listener:accept')
const deaf = channel('camio:listener:close')
const piped = channel('camio:pipe')

export function streamOpened(stream: object): void {
  if (open.hasSubscribers) open.publish({ stream })
}

export function streamFailed(stream: object, error: CamioError): void {
  if (failed.hasSubscribers) failed.publish({ stream, error })
}

export function streamClosed(stream: object): void {
  if (closed.hasSubscribers) closed.publish({ stream })
}

export function listenerOpened(listener: object): void {
  if (listening.hasSubscribers) listening.publish({ listener })
}

export function streamAccepted(listener: object, stream: object): void {
  if (accepted.hasSubscribers) accepted.publish({ listener, stream })
}

export function listenerClosed(listener: object): void {
  if (deaf.hasSubscribers) deaf.publish({ listener })
}

export function pipeEnded(result: object): void {
  if (piped.hasSubscribers) piped.publish(result)
}
