import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, type PipeError, pipe } from '@camio/core'
import '@camio/file'
import { pattern } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { smallTmpfs } from './support/tmpfs.js'
import { needing } from './support/tools.js'

const MIB = 2 ** 20
const folder = smallTmpfs('1m')
const full = needing(folder !== null, 'root, to mount a small tmpfs')
let names = 0
const place = () => join(folder!, `${++names}`)

for (const engine of ['native', 'node'] as const) {
  full(`${engine}: a full disk is an error that counts only what was written`, async (t) => {
    const path = place()
    const w = await open(uri(path, `mode=w&engine=${engine}`))
    const error = await t.throwsAsync(w.write(pattern(3 * MIB)), { code: 'ERR_CAMIO_NO_SPACE' })
    t.like(error, { uri: w.uri, errno: 28 })
    t.true(w.stats.write.bytes <= statSync(path).size)
    t.throws(() => w.tryWrite(new Uint8Array(1)), { code: 'ERR_CAMIO_NO_SPACE' })
    await w.close()
    writeFileSync(path, '')
  })

  full(`${engine}: committed data that did not fit are an error at close`, async (t) => {
    const path = place()
    writeFileSync(path, pattern(MIB - 8192))
    const w = await open(uri(path, `mode=a&engine=${engine}`))
    for (let i = 0; i < 8; i++) w.tryWrite(pattern(4096))
    await t.throwsAsync(w.close(), { code: 'ERR_CAMIO_NO_SPACE' })
    writeFileSync(path, '')
  })
}

full('a copy in the kernel that fills the disk says how much of it is there', async (t) => {
  const from = fresh()
  writeFileSync(from, pattern(80 * MIB))
  const path = place()
  const [source, sink] = [await open(uri(from)), await open(uri(path, 'mode=w'))]
  const error = await t.throwsAsync<PipeError>(pipe(source, sink), { code: 'ERR_CAMIO_NO_SPACE' })
  t.is(error!.uri, sink.uri)
  t.is(error!.result.bytes, statSync(path).size)
  await source.close()
  await sink.close({ discard: true })
})
