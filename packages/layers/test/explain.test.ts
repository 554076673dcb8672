/** Real data between streams with layers: no more copies than predicted, and nothing passes by a layer. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { explain } from '@camio/core'
import test from 'ava'
import '@camio/file'
import { folder } from './transports.js'

let files = 0
function freshFile(): string {
  return join(folder(), `explain-${++files}`)
}

/** Straddles windows, and is more than a lease. */
const BYTES = Buffer.from(Array.from({ length: 500_000 }, (_, i) => (i * 7) % 256))

const LAYERS: readonly (() => string)[] = [
  () => 'rate=10GiB/s',
  () => `record=${freshFile()}`,
  () => `tee=file:${freshFile()}`,
  () => 'chaos=seed:1,partial:0.5',
  () => `chaos=seed:1,delay:1ms&rate=10GiB/s&record=${freshFile()}&tee=file:${freshFile()}`,
]

for (const side of ['source', 'sink'] as const)
  for (const layer of LAYERS) {
    const options = layer()
    test(`${options.replaceAll(/=\/[^&]*/g, '=FILE').replaceAll(/file:[^&]*/g, 'file:FILE')} at the ${side}`, async (t) => {
      const [from, to] = [freshFile(), freshFile()]
      writeFileSync(from, BYTES)
      const uris = { source: `file:${from}`, sink: `file:${to}` }
      uris[side] += `?${options}`
      const planned = await explain(uris.source, uris.sink)
      const { predicted, measured, path } = await explain(uris.source, uris.sink, { analyze: true })
      t.deepEqual(planned.predicted?.copies, predicted?.copies)
      t.is(planned.path, path)
      t.is(measured!.path as string | null, path)
      t.true(
        measured!.copies <= predicted!.copies * measured!.messages,
        `${measured!.copies} for ${measured!.messages}`,
      )
      t.true(readFileSync(to).equals(BYTES))
    })
  }
