/** What V8 compiled is kept beside the bundle, by a run that compiled what later ones need. */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { CAMIO, folder } from './helpers.js'

test('a cat keeps what was compiled for it, its help does not, and the next one finds it', (t) => {
  const own = folder(t, { small: 'bytes' })
  cpSync(dirname(CAMIO), join(own, 'bin'), { recursive: true })
  const filter = (path: string) => !path.includes('.cache')
  cpSync(join(dirname(CAMIO), '..', 'dist'), join(own, 'dist'), { recursive: true, filter })
  cpSync(join(dirname(CAMIO), '..', 'package.json'), join(own, 'package.json'))
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(own, 'bin', 'camio.cjs'), 'cat', ...args], { encoding: 'utf8' })
  const kept = () => readdirSync(join(own, 'dist')).filter((name) => name.endsWith('.cache'))

  t.is(run('--help').status, 0)
  t.deepEqual(kept(), [])
  for (const _ of [1, 2]) {
    // To a file: the native part is not beside this copy of the command.
    t.is(run(join(own, 'small'), '-o', join(own, 'copy')).status, 0)
    t.is(readFileSync(join(own, 'copy'), 'utf8'), 'bytes')
    t.is(kept().length, 1)
  }
})
