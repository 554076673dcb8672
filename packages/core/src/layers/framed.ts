/** The view of messages on a byte stream that `frame=` asks for. */
import type { Stream, StreamInit } from '../stream.js'
import { CobsView } from './cobs-view.js'
import type { FrameName } from './frames/names.js'
import { frameCodec } from './frames.js'
import { MessagesView } from './messages-view.js'

export function framed(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, frame: FrameName): MessagesView {
  const View = frame === 'cobs' ? CobsView : MessagesView
  return new View(inner, init, frameCodec(frame, init.limits.maxMessage))
}
