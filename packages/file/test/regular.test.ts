import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open } from '@camio/core'
import test from 'ava'
import '@camio/file'
import { pattern, readAll, same, text } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { linux, needing } from './support/tools.js'

const engines = linux ? ['native', 'node'] : ['node']
const asUser = needing(process.getuid?.() !== 0, 'a user other than root')

for (const engine of engines) {
  const at = (path: string, options = '') => uri(path, `engine=${engine}${options && `&${options}`}`)

  test(`${engine}: what was written is read, in large and small pieces`, async (t) => {
    const path = fresh()
    const bytes = pattern(700_001)
    const w = await open(at(path, 'mode=w'))
    t.is(w.features.engine, engine)
    await w.write(bytes.subarray(0, 10))
    await w.write(bytes.subarray(10, 500_000))
    for (let i = 500_000; i < bytes.length; i += 1000) await w.write(bytes.subarray(i, i + 1000))
    t.is(w.position, bytes.length)
    await w.end()
    await w.close()
    t.true(same(readFileSync(path), bytes))
    const r = await open(at(path))
    t.true(same(await readAll(r), bytes))
    t.is(r.stats.read.copies, 0)
    t.is(r.stats.read.bytes, bytes.length)
    await r.close()
  })

  test(`${engine}: mode=w creates a private file and empties an old one; perm= says otherwise`, async (t) => {
    const path = fresh()
    await (await open(at(path, 'mode=w'))).close()
    t.is(statSync(path).mode & 0o777, 0o600)
    writeFileSync(path, 'old')
    await (await open(at(path, 'mode=w'))).close()
    t.is(statSync(path).size, 0)
    const shared = fresh()
    await (await open(at(shared, 'mode=w&perm=0640'))).close()
    t.is(statSync(shared).mode & 0o777, 0o640 & ~process.umask())
  })

  test(`${engine}: lock= lets one have the file, or says why not`, async (t) => {
    const path = fresh()
    if (engine === 'node') {
      await t.throwsAsync(open(at(path, 'mode=a&lock=1')), { code: 'ERR_CAMIO_UNAVAILABLE' })
      return
    }
    await t.throwsAsync(open(at(path, 'mode=w&lock=1')), { code: 'ERR_CAMIO_BAD_OPTION' })
    const first = await open(at(path, 'mode=a&lock=1'))
    await t.throwsAsync(open(at(path, 'mode=a&lock=1')), { code: 'ERR_CAMIO_ADDRESS_IN_USE', message: /locked/ })
    await (await open(at(path, 'mode=a'))).close()
    await first.close()
    await (await open(at(path, 'mode=rw&lock=1'))).close()
  })

  test(`${engine}: mode=a goes behind what others have appended`, async (t) => {
    const path = fresh()
    writeFileSync(path, 'one ')
    const w = await open(at(path, 'mode=a'))
    writeFileSync(path, 'two ', { flag: 'a' })
    await w.write(Buffer.from('three'))
    await w.close()
    t.is(readFileSync(path, 'utf8'), 'one two three')
  })

  test(`${engine}: offset= and length= read a part`, async (t) => {
    const path = fresh()
    writeFileSync(path, '0123456789')
    const r = await open(at(path, 'offset=2&length=5'))
    t.is(text(await readAll(r)), '23456')
    t.is(r.position, 7)
    await r.close()
    const behind = await open(at(path, 'offset=50'))
    t.is(await behind.read(), null)
    await behind.close()
  })

  test(`${engine}: offset= writes into a file that keeps what is before`, async (t) => {
    const path = fresh()
    writeFileSync(path, '0123456789')
    const w = await open(at(path, 'mode=w&offset=4'))
    await w.write(Buffer.from('x'))
    await w.close()
    t.is(readFileSync(path, 'utf8'), '0123x')
    const rw = await open(at(path, 'mode=rw&offset=1'))
    await rw.write(Buffer.from('y'))
    await rw.flush()
    rw.seek(0)
    t.is(text(await readAll(rw)), '0y23x')
    await rw.close()
  })

  test(`${engine}: seek goes back and forth, and not with a lease out`, async (t) => {
    const path = fresh()
    writeFileSync(path, pattern(600_000))
    const r = await open(at(path))
    const first = Buffer.from((await r.read())!)
    t.throws(() => r.seek(0), { code: 'ERR_CAMIO_MISUSE' })
    r.release(1)
    t.is(r.position, 1)
    r.seek(0)
    t.true(same((await r.read())!.subarray(0, 100), first.subarray(0, 100)))
    r.release()
    r.seek(599_999)
    t.is((await readAll(r)).length, 1)
    t.true(r.ended)
    r.seek(0)
    t.false(r.ended)
    t.is((await readAll(r)).length, 600_000)
    t.throws(() => r.seek(-1), { code: 'ERR_CAMIO_MISUSE' })
    await r.close()
  })

  test(`${engine}: a missing file, a directory, a loop and a wrong host are typed errors`, async (t) => {
    const folder = fresh('folder')
    mkdirSync(folder)
    await t.throwsAsync(open(at(join(folder, 'none'))), { code: 'ERR_CAMIO_NOT_FOUND' })
    await t.throwsAsync(open(at(join(folder, 'no', 'folder'), 'mode=w')), { code: 'ERR_CAMIO_NOT_FOUND' })
    await t.throwsAsync(open(at(folder)), { code: 'ERR_CAMIO_IS_DIRECTORY' })
    await t.throwsAsync(open(at(folder, 'mode=w')), { code: 'ERR_CAMIO_IS_DIRECTORY' })
    symlinkSync('loop', join(folder, 'loop'))
    const loop = await t.throwsAsync(open(at(join(folder, 'loop'))), { code: 'ERR_CAMIO_SYSTEM' })
    t.like(loop, { syscall: 'open' })
    await t.throwsAsync(open('file://elsewhere/etc/passwd'), { code: 'ERR_CAMIO_BAD_URI' })
    await t.throwsAsync(open('file:'), { code: 'ERR_CAMIO_BAD_URI' })
  })

  asUser(`${engine}: no permission is a typed error`, async (t) => {
    const path = fresh()
    writeFileSync(path, '')
    chmodSync(path, 0)
    await t.throwsAsync(open(at(path)), { code: 'ERR_CAMIO_NO_PERMISSION' })
  })

  test(`${engine}: options that do not fit are refused by name`, async (t) => {
    const path = fresh()
    writeFileSync(path, '')
    for (const [options, name] of [
      ['mode=w&follow=1', 'follow'],
      ['mode=w&length=3', 'length'],
      ['mode=a&offset=3', 'offset'],
      ['perm=999', 'perm'],
    ] as const) {
      await t.throwsAsync(open(at(path, options)), { code: 'ERR_CAMIO_BAD_OPTION', message: new RegExp(`"${name}"`) })
    }
    await t.throwsAsync(open(at('/dev/null', 'offset=1')), { code: 'ERR_CAMIO_BAD_OPTION', message: /"offset"/ })
  })

  test(`${engine}: fsync=end and fsync=always write the same bytes`, async (t) => {
    for (const fsync of ['end', 'always']) {
      const path = fresh()
      const w = await open(at(path, `mode=w&fsync=${fsync}`))
      await w.write(Buffer.from('durable'))
      await w.close()
      t.is(readFileSync(path, 'utf8'), 'durable')
    }
  })

  test(`${engine}: sync() writes what was committed and makes it durable, as often as it is asked`, async (t) => {
    const path = fresh()
    const w = await open(at(path, 'mode=w'))
    for (const bytes of [pattern(10), pattern(300_000)]) {
      const { systemCalls } = w.stats.write
      t.true(w.tryWrite(bytes.subarray(0, 10)))
      await w.write(bytes.subarray(10))
      await w.sync()
      t.is(statSync(path).size, w.position)
      // At least one write, and fdatasync.
      t.true(w.stats.write.systemCalls - systemCalls >= 2)
    }
    const unfinished = w.sync()
    await w.close()
    await unfinished
    await t.throwsAsync(w.sync(), { code: 'ERR_CAMIO_CLOSED' })
    const r = await open(at(path))
    await t.throwsAsync(r.sync(), { code: 'ERR_CAMIO_NOT_WRITABLE' })
    await r.close()
  })

  test(`${engine}: a view passes sync() on`, async (t) => {
    const path = fresh()
    const w = await open(at(path, 'mode=w&frame=line'))
    await w.write(Buffer.from('a line'))
    await w.sync()
    t.is(readFileSync(path, 'utf8'), 'a line\n')
    await w.close()
  })

  test(`${engine}: /dev/null takes everything, /dev/zero gives zeros, /proc gives what it makes up`, async (t) => {
    const sink = await open(at('/dev/null', 'mode=w'))
    await sink.write(new Uint8Array(1_000_000))
    await sink.close()
    const zero = await open(at('/dev/zero'))
    t.true((await zero.read())!.every((byte) => byte === 0))
    await zero.close({ discard: true })
    if (linux) {
      const status = await open(at('/proc/self/status'))
      t.regex(text(await readAll(status)), /^Pid:/m)
      await status.close()
    }
  })
}

test('file:///path and file://localhost/path name the same file', async (t) => {
  const path = fresh()
  writeFileSync(path, 'here')
  for (const prefix of ['file:', 'file://', 'file://localhost']) {
    const r = await open(`${prefix}${path}`)
    t.is(text(await readAll(r)), 'here')
    await r.close()
  }
})
