/** Two copies of core in one process - two versions of it in node_modules - share what must be one. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as first from '@camio/core'
import * as firstSpi from '@camio/core/spi'
import test from 'ava'
import { doubleDriver } from './support/driver.js'
import { bytes, fromText, settled, text, turn } from './support/init.js'
import { Scripted } from './support/scripted.js'

interface Copy {
  core: typeof first
  spi: typeof firstSpi
}

async function secondCopy(folder: string): Promise<Copy> {
  await cp(fileURLToPath(new URL('../dist', import.meta.url)), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  const load = (name: string): Promise<unknown> => import(pathToFileURL(join(folder, name)).href)
  return { core: (await load('index.js')) as typeof first, spi: (await load('spi.js')) as typeof firstSpi }
}

let folder = ''
let second: Copy
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'camio-copy-'))
  second = await secondCopy(folder)
})
test.after.always(() => rm(folder, { recursive: true, force: true }))

test('they are two', (t) => {
  t.not(second.core.open, first.open)
  t.not(second.spi.Stream, firstSpi.Stream)
})

test('what is registered with one is opened with the other', async (t) => {
  t.is(second.core.registry, first.registry)
  first.registry.register(doubleDriver({ scheme: 'shared' }))
  const stream = await second.core.open('shared:x')
  t.true(first.isStream(stream))
  t.true(second.core.isStream(stream))
  await stream.close()
})

test('errors are known by their brand', async (t) => {
  const error: unknown = await second.core.open('nothing').catch((reason: unknown) => reason)
  t.false(error instanceof first.CamioError)
  t.true(first.isCamioError(error, 'ERR_CAMIO_BAD_URI'))
})

test('select of one waits for streams of the other, and polls send what was committed there', async (t) => {
  const stream = new Scripted()
  const waiting = second.core.select([stream])
  t.false(await settled(waiting))
  stream.arrive(bytes(1))
  t.deepEqual(await waiting, [stream])
  stream.tryWrite(bytes(7))
  new second.core.Selector().poll()
  t.deepEqual(stream.output, bytes(7))
})

test('a pipe of one moves streams of the other, and its errors say how far it came', async (t) => {
  const source = new Scripted({ pulls: [text('to be moved'), firstSpi.END] })
  const sink = new Scripted()
  const result = await second.core.pipe(source, sink)
  t.is(result.bytes, 11)
  t.is(fromText(sink.output), 'to be moved')

  const broken = new Scripted({ pulls: [text('x'), new Error('gone')] })
  const error = await t.throwsAsync(second.core.pipe(broken, new Scripted()))
  t.is((error as first.PipeError).result.bytes, 1)
})

test('corked data of both leaves in one turn', async (t) => {
  const mine = new Scripted()
  mine.tryWrite(bytes(1))
  await turn()
  t.deepEqual(mine.output, bytes(1))
})
