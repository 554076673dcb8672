/** Capture files as others write them: either byte order, any resolution of time. */
export interface Written {
  /** In units of the file's resolution. */
  readonly time: number
  readonly bytes: Uint8Array
  readonly length?: number
  readonly flags?: number
}

export interface Style {
  readonly little?: boolean
  readonly linkType?: number
  /** `if_tsresol` */
  readonly resolution?: number
}

const ETHERNET = 1

export function pcapng(packets: readonly Written[], style: Style = {}): Buffer {
  const { little = true, linkType = ETHERNET, resolution } = style
  const u16 = (value: number) => number(2, (b) => (little ? b.writeUInt16LE(value) : b.writeUInt16BE(value)))
  const u32 = (value: number) => number(4, (b) => (little ? b.writeUInt32LE(value) : b.writeUInt32BE(value)))
  const block = (type: number, body: Buffer) => {
    const length = u32(12 + body.length)
    return Buffer.concat([u32(type), length, body, length])
  }
  const option = (code: number, value: Buffer) => Buffer.concat([u16(code), u16(value.length), pad(value)])
  const end = option(0, Buffer.alloc(0))
  const section = block(0x0a0d0d0a, Buffer.concat([u32(0x1a2b3c4d), u16(1), u16(0), Buffer.alloc(8, 0xff)]))
  const resolved = resolution === undefined ? [] : [option(9, Buffer.from([resolution])), end]
  const face = block(1, Buffer.concat([u16(linkType), u16(0), u32(0), ...resolved]))
  const all = packets.map(({ time, bytes, length = bytes.length, flags }) => {
    const options = flags === undefined ? [] : [option(2, u32(flags)), end]
    const head = [u32(0), u32(Math.floor(time / 2 ** 32)), u32(time % 2 ** 32), u32(bytes.length), u32(length)]
    return block(6, Buffer.concat([...head, pad(Buffer.from(bytes)), ...options]))
  })
  return Buffer.concat([section, face, ...all])
}

function number(size: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size)
  write(buffer)
  return buffer
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}
