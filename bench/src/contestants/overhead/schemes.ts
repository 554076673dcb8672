import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileUri, listen, type OpenOptions, open } from '@camio/core'
import '@camio/file'
import '@camio/mem'
import '@camio/tcp'
import { FRAMES } from '../ours/framing.js'
import { WHATS } from './batch.js'
import { Loops } from './loops.js'

const WARM_ROUNDS = 200

/** Two ends that were accepted and connected. */
export async function pair(uri: string, options: OpenOptions<string>, batch: number): Promise<Loops> {
  await using server = await listen(uri, options)
  const [reader, writer] = await Promise.all([server.accept(), open(server.uris[0]!, options)])
  return new Loops(writer, reader, batch)
}

/** Shows the call sites all kinds of streams, so that what is measured is the call that a program with several schemes makes. */
export async function seeOtherSchemes(batch: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'camio-bench-'))
  try {
    for (const loops of await others(folder, batch)) {
      for (let i = 0; i < WARM_ROUNDS; i++) {
        const what = WHATS[i % WHATS.length]!
        loops.write(what)
        loops.read(what)
      }
      await loops.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function others(folder: string, batch: number): Promise<Loops[]> {
  const file = fileUri(join(folder, 'frames'))
  const writer = await open(file, { ...FRAMES, mode: 'w' })
  const reader = await open(file, { ...FRAMES, mode: 'r', follow: true })
  return [
    await pair('mem:overhead', {}, batch),
    await pair(`unix:${join(folder, 'socket')}`, FRAMES, batch),
    new Loops(writer, reader, batch),
    await pair('mem:bytes', { framing: 'bytes' }, batch),
  ]
}
