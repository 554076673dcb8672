/** A copy that is killed leaves a file that ends where the copy came to, within what its two threads were at. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pattern } from './support/bytes.js'
import { uri } from './support/folder.js'
import { linux, needing } from './support/tools.js'

const CHILD = new URL('children/pipe.js', import.meta.url).pathname
const MIB = 2 ** 20
/** `kLead` and a step in native/move_copy.cc. */
const UNDER_WAY = 16 * MIB
const SHM = '/dev/shm'

async function killAt(size: number, sink: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && (!existsSync(sink) || statSync(sink).size < size)) await turn()
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Bytes at the beginning that are as in the source. */
function goodPrefix(copy: Buffer, source: Buffer): number {
  let good = 0
  while (good < copy.length && copy.compare(source, good, good + 4096, good, good + 4096) === 0) good += 4096
  return Math.min(good, copy.length)
}

for (const [where, folder, there] of [
  ['tmpfs', SHM, linux && existsSync(SHM)],
  ['the disk', tmpdir(), linux],
] as const) {
  needing(there, `${SHM} and Linux`)(`SIGKILL in the middle of a large copy on ${where}`, async (t) => {
    const own = mkdtempSync(join(folder, 'camio-killed-'))
    try {
      const [source, sink] = [join(own, 'source'), join(own, 'sink')]
      const bytes = Buffer.concat(Array<Uint8Array>(32).fill(pattern(8 * MIB)))
      writeFileSync(source, bytes)
      for (let round = 1; round <= 9; round++) {
        rmSync(sink, { force: true })
        const child = spawn(process.execPath, [CHILD, uri(source), uri(sink)], { stdio: 'ignore' })
        await killAt(round * 25 * MIB, sink, child)
        const copy = readFileSync(sink)
        const good = goodPrefix(copy, bytes)
        t.true(copy.length - good <= UNDER_WAY, `${copy.length} bytes, of which ${good} are good`)
      }
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  })
}
