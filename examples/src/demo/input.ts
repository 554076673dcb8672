/** The file that is moved, and how two files are compared: with Node's own means, not with what is being shown. */
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

const BLOCK = 1 << 20

/** Random bytes, each block different from all others, so that a block lost or moved changes the checksum. */
export async function generate(path: string, size: number): Promise<void> {
  const file = await open(path, 'w')
  try {
    const block = randomFillSync(Buffer.alloc(BLOCK))
    for (let at = 0; at < size; at += BLOCK) {
      block.writeDoubleLE(at, 0)
      await file.writev([block.subarray(0, Math.min(BLOCK, size - at))])
    }
  } finally {
    await file.close()
  }
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: BLOCK }), hash)
  return hash.digest('hex')
}
