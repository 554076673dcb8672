/** `node examples/kv/dist-test/long/kills.js [200]`: kills so many servers and says what it found. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killServers } from '../support/kills.js'

const ends: Array<() => unknown> = []
const home = mkdtempSync(join(tmpdir(), 'camio-kv-kills-'))

killServers({ teardown: (fn) => ends.push(fn) }, home, Number(process.argv[2] ?? 200))
  .then(({ kills, acknowledged, cuts }) => {
    console.log(`${kills} kills, ${acknowledged} acknowledged writes, none lost; ${cuts} torn ends were cut off`)
  })
  .catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
  .finally(() => {
    for (const end of ends) end()
    rmSync(home, { recursive: true, force: true })
  })
