/** A client that tests speak by: any transport, replies as JavaScript values. Slow and simple on purpose. */
import { open, type Stream } from '@camio/core'

export class ReplyError extends Error {}
export class Push {
  constructor(readonly items: unknown[]) {}
}

type Part = string | Uint8Array | number

/** A request as real clients send it. */
export function encode(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap((part) => {
    const bytes = typeof part === 'object' ? Buffer.from(part) : Buffer.from(String(part), 'latin1')
    return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]
  })
  return Buffer.concat([Buffer.from(`*${parts.length}\r\n`), ...pieces])
}

/** Of one reply at `at`. @returns `null` while it is not whole */
export function decode(bytes: Buffer, at: number): { value: unknown; next: number } | null {
  const lf = bytes.indexOf('\r\n', at)
  if (lf < 0) return null
  const line = bytes.toString('latin1', at + 1, lf)
  const next = lf + 2
  switch (String.fromCharCode(bytes[at]!)) {
    case '+':
      return { value: line, next }
    case '-':
      return { value: new ReplyError(line), next }
    case ':':
      return { value: Number.isSafeInteger(Number(line)) ? Number(line) : BigInt(line), next }
    case '_':
      return { value: null, next }
    case '$': {
      const length = Number(line)
      if (length < 0) return { value: null, next }
      if (bytes.length < next + length + 2) return null
      return { value: bytes.toString('latin1', next, next + length), next: next + length + 2 }
    }
    case '*':
    case '>':
    case '%': {
      const mark = bytes[at]
      const items: unknown[] = []
      let position = next
      for (let count = Number(line) * (mark === 37 ? 2 : 1); count > 0; count--) {
        const item = decode(bytes, position)
        if (item === null) return null
        items.push(item.value)
        position = item.next
      }
      return { value: mark === 62 ? new Push(items) : items, next: position }
    }
    default:
      throw new Error(`no reply begins with ${JSON.stringify(bytes.toString('latin1', at, at + 20))}`)
  }
}

export class Wire implements AsyncDisposable {
  private rest: Buffer = Buffer.alloc(0)
  private at = 0

  constructor(readonly stream: Stream) {}

  static async open(uri: string, options: Record<string, unknown> = {}): Promise<Wire> {
    const datagrams = uri.startsWith('udp:')
    return new Wire(await open(uri, datagrams ? options : { framing: 'bytes', ...options }))
  }

  async send(...parts: Part[]): Promise<void> {
    await this.stream.write(encode(parts))
  }

  /** The next reply. @throws when the other side ends */
  async next(): Promise<unknown> {
    for (;;) {
      const reply = this.rest.length > this.at ? decode(this.rest, this.at) : null
      if (reply !== null) {
        this.at = reply.next
        if (this.at === this.rest.length) {
          this.rest = Buffer.alloc(0)
          this.at = 0
        }
        return reply.value
      }
      const lease = await this.stream.read()
      if (lease === null) throw new Error('the server ended')
      this.rest = Buffer.concat([this.rest.subarray(this.at), lease])
      this.at = 0
      this.stream.release()
    }
  }

  /** One request, its reply; an error is a value. */
  async ask(...parts: Part[]): Promise<unknown> {
    await this.send(...parts)
    return this.next()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream.close({ discard: true })
  }
}
