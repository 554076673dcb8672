/**
 * Requests and answers over bytes: any number of requests may be on their way, and those of one turn of the event loop leave together.
 */
import { isCamioError } from '@camio/core'
import { Exchange } from './exchange.js'
import type { ReplyHandler } from './reply.js'
import { type Request, requestBound, requestPieces, writeRequest } from './request.js'

export class Pipeline extends Exchange {
  /** Requests that wait in the stream's line for room: what follows must not overtake them. */
  private lined = 0

  trySend(request: Request, handler: ReplyHandler): boolean {
    if (this.error !== null) throw this.error
    if (this.lined > 0 || this.full) return false
    const { stream } = this
    const at = stream.tryClaimAt(requestBound(request))
    if (at < 0) return false
    stream.commit(writeRequest(request, stream.claimBytes, at) - at)
    this.awaitReply(handler)
    return true
  }

  send(request: Request, handler: ReplyHandler): void {
    try {
      if (!this.fits(request) || !this.trySend(request, handler)) this.lineUp(request, handler)
    } catch (error) {
      if (!isCamioError(error)) throw error
      handler.fail(error)
      return
    }
    this.attend()
  }

  private fits(request: Request): boolean {
    return requestBound(request) <= this.stream.maxClaim
  }

  private lineUp(request: Request, handler: ReplyHandler): void {
    if (this.error !== null) throw this.error
    if (this.full) throw this.busy()
    const pieces = requestPieces(request)
    this.awaitReply(handler)
    this.lined++
    // Writes that wait are served in their order; the last one is the last to be done.
    const written = pieces.map((piece) => this.stream.write(piece))
    Promise.all(written).then(
      () => this.lined--,
      (error: unknown) => this.fail(this.reasonOf(error)),
    )
  }

  protected take(bytes: Uint8Array, start: number, end: number): number {
    return this.reader.read(bytes, start, end)
  }
}
