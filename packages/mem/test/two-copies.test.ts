import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { listen, open, pipe, Registry } from '@camio/core'
import type { Driver } from '@camio/core/spi'
import { driver } from '@camio/mem'
import test from 'ava'
import { bytes, freshName, pair } from './support.js'

const dist = fileURLToPath(new URL('.', import.meta.resolve('@camio/mem')))

test('two copies of the package in one program share their names, and their streams talk', async (t) => {
  const copy = mkdtempSync(join(dist, '..', 'dist-test', 'copy-'))
  t.teardown(() => rmSync(copy, { recursive: true }))
  cpSync(dist, copy, { recursive: true })
  const other = (await import(pathToFileURL(join(copy, 'driver.js')).href)) as { driver: Driver }
  t.not(other.driver.open as unknown, driver.open as unknown)
  const registry = new Registry()
  registry.register(other.driver)

  const name = freshName()
  await using listener = await listen(name, { registry })
  await using near = await open(name)
  await using far = await listener.accept()
  near.tryWrite(bytes(1, 2))
  t.deepEqual(await far.read(), bytes(1, 2))
  far.release()

  // A stream of the one copy piped to one of the other: not the same memory to them, so it is copied.
  const to = await pair(t)
  near.tryWrite(bytes(3))
  await near.end()
  const result = await pipe(far, to.near)
  t.is(result.path, 'copy')
  t.deepEqual(await to.far.read(), bytes(3))
})
