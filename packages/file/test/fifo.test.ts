import { open } from '@camio/core'
import '@camio/file'
import { pattern, readAll, same, text } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { linux, makeFifo, needing } from './support/tools.js'

const unix = needing(process.platform !== 'win32', 'named pipes')

for (const engine of linux ? ['native', 'node'] : ['node']) {
  const named = () => {
    const path = fresh('fifo')
    makeFifo(path)
    return (options = '') => uri(path, `engine=${engine}${options && `&${options}`}`)
  }

  unix(`${engine}: a named pipe carries a megabyte and then its end`, async (t) => {
    const at = named()
    const bytes = pattern(1_000_000)
    const r = await open(at())
    const w = await open(at('mode=w'))
    t.is(r.features.engine, engine)
    t.false(r.features.seekable)
    const writing = w.write(bytes).then(() => w.close())
    t.true(same(await readAll(r), bytes))
    await writing
    t.true(r.ended)
    t.throws(() => r.position, { code: 'ERR_CAMIO_UNSUPPORTED' })
    await r.close()
  })

  unix(`${engine}: a reader waits for the first writer`, async (t) => {
    const at = named()
    const r = await open(at())
    const reading = r.read()
    const w = await open(at('mode=w'))
    await w.write(Buffer.from('first'))
    t.is(text(await reading), 'first')
    r.release()
    await w.close()
    t.is(await r.read(), null)
    await r.close()
  })

  unix(`${engine}: a writer waits for a reader, until its signal aborts`, async (t) => {
    const at = named()
    const control = new AbortController()
    const opening = open(at('mode=w'), { signal: control.signal })
    control.abort(new Error('no more'))
    await t.throwsAsync(opening, { message: 'no more' })
    const patient = open(at('mode=w'))
    const r = await open(at())
    const w = await patient
    await w.write(Buffer.from('x'))
    await w.close()
    t.is((await readAll(r)).length, 1)
    await r.close()
  })

  unix(`${engine}: without a reader writing is an error, once what fits went`, async (t) => {
    const at = named()
    const r = await open(at())
    const w = await open(at('mode=w'))
    await w.write(Buffer.from('lost'))
    await w.flush()
    await r.close()
    const error = await t.throwsAsync(
      async () => {
        for (;;) {
          await w.write(Buffer.from('nobody'))
          await w.flush()
        }
      },
      { code: 'ERR_CAMIO_RESET' },
    )
    t.like(error, { errno: 32 })
    await w.close()
  })

  unix(`${engine}: a full pipe is "not now", and the waiting writer goes on when it is read`, async (t) => {
    const at = named()
    const r = await open(at())
    const w = await open(at('mode=w'))
    const piece = pattern(64 * 1024)
    let written = 0
    while (w.tryWrite(piece)) written += piece.length
    const waiting = w.writable()
    const pieces: Buffer[] = []
    let got = 0
    while (got < written) {
      const lease = (await r.read())!
      pieces.push(Buffer.from(lease))
      got += lease.length
      r.release()
    }
    await waiting
    t.is(got, written)
    t.true(same(pieces[0]!.subarray(0, 1000), piece.subarray(0, 1000)))
    await w.close()
    await r.close()
  })
}
