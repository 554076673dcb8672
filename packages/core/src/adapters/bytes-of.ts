import { CamioError, show } from '../error.js'

/** What programs write into Node and Web streams, as the bytes that a stream takes. No copy, but for text. */
export function bytesOf(chunk: unknown, encoding: BufferEncoding = 'utf8'): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk, encoding)
  if (chunk instanceof Uint8Array) return chunk
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk)
  throw new CamioError('ERR_CAMIO_MISUSE', `a stream of bytes takes no ${show(chunk)}: write bytes or text`)
}
