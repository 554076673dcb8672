/** An owner of a name that has no descriptors left says so, whichever is the first that it cannot have. */
import { spawn } from 'node:child_process'
import { open } from '@camio/core'
import '@camio/shm'
import test from 'ava'
import { linesOf } from './support/lines.js'
import { freshName } from './support/names.js'

const POOR_OWNER = `
import { openSync, closeSync } from 'node:fs'
import { listen, open } from '${import.meta.resolve('@camio/core')}'
import '${import.meta.resolve('@camio/shm')}'
const [uri, options, free] = process.argv.slice(1)
const tell = ({ code }) => console.log(code)
process.on('warning', tell)
if (options === 'listen') (await listen(uri)).accept().then(console.log, tell)
else (await open(uri, JSON.parse(options))).ref()
const held = []
try { for (;;) held.push(openSync('/dev/null')) } catch {}
for (let i = 0; i < Number(free); i++) closeSync(held.pop())
console.log('poor')
setInterval(() => {}, 1000)
`

const LOSSY = { policy: 'drop-oldest' } as const

/** Who has the name, who comes, and how many descriptors letting one in takes. */
const OWNERS = [
  ['listen', {}, 3],
  [{ mode: 'r' }, { mode: 'w' }, 2],
  [{ mode: 'w', ...LOSSY }, { mode: 'r', ...LOSSY }, 2],
] as const

for (const [owner, guest, needed] of OWNERS) {
  const options = typeof owner === 'string' ? owner : JSON.stringify(owner)
  for (let free = 0; free < needed; free++) {
    test.serial(`an owner with ${free} descriptors left is told that these are too few: ${options}`, async (t) => {
      const uri = freshName()
      const node = [process.execPath, '--input-type=module', '-e', POOR_OWNER, uri, options, String(free)]
      const limited = ['-c', 'ulimit -n 100; exec "$@"', 'sh', ...node]
      const child = spawn('sh', limited, { stdio: ['ignore', 'pipe', 'ignore'] })
      const next = linesOf(child.stdout)
      t.is(await next(), 'poor')
      await t.throwsAsync(open(uri, { ...guest, connectTimeout: '300ms' }))
      t.is(await next(), 'ERR_CAMIO_TOO_MANY_FILES')
      child.kill()
    })
  }
}
