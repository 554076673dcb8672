import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { open, type Stream } from '@camio/core'
import test from 'ava'
import '@camio/file'
import { text } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { linux } from './support/tools.js'

/** The next bytes, released. */
async function next(stream: Stream): Promise<string> {
  const lease = text(await stream.read())
  stream.release()
  return lease
}

for (const engine of linux ? ['native', 'node'] : ['node']) {
  test(`${engine}: follow=1 waits for what is appended, also after the file was renamed`, async (t) => {
    const path = fresh()
    writeFileSync(path, 'one')
    const r = await open(uri(path, `engine=${engine}&follow=1`))
    t.is(await next(r), 'one')
    const two = next(r)
    appendFileSync(path, 'two')
    t.is(await two, 'two')
    const three = next(r)
    renameSync(path, `${path}.old`)
    appendFileSync(`${path}.old`, 'three')
    t.is(await three, 'three')
    t.false(r.ended)
    await r.close()
  })

  test(`${engine}: follow=1 notices a truncated file, counts it and begins anew`, async (t) => {
    const path = fresh()
    writeFileSync(path, 'a long line')
    const r = await open(uri(path, `engine=${engine}&follow=1`))
    t.is(await next(r), 'a long line')
    const rest = next(r)
    truncateSync(path)
    appendFileSync(path, 'new')
    t.is(await rest, 'new')
    t.is(r.stats.read.overruns, 1)
    await r.close()
  })

  test(`${engine}: an aborted wait leaves a followed file usable; closing ends it`, async (t) => {
    const path = fresh()
    writeFileSync(path, '')
    const r = await open(uri(path, `engine=${engine}&follow=1`))
    const control = new AbortController()
    const waiting = r.read({ signal: control.signal })
    control.abort(new Error('enough'))
    await t.throwsAsync(waiting, { message: 'enough' })
    appendFileSync(path, 'more')
    t.is(await next(r), 'more')
    const forever = r.read()
    await r.close()
    await t.throwsAsync(forever, { code: 'ERR_CAMIO_CLOSED' })
  })
}
