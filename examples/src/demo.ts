// npm run demo [-- --size=256MiB --time=1s --json]
// Moves one file over several transports with one program (demo/move.ts); only the URI differs. Over datagrams, some of which a relay
// loses on purpose, it goes in numbered pieces (demo/datagrams.ts). Then one key-value store is reached over every transport by one client
// program (demo/store.ts), for --time over each. Exit code 1 if a byte differs.
import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseDuration, parseSize } from '@camio/core/spi'
import '@camio/file'
import '@camio/shm'
import '@camio/tcp'
import '@camio/udp'
import { makeCertificates } from './demo/certificates.js'
import { generate, sha256 } from './demo/input.js'
import { move } from './demo/move.js'
import { runStore, storeTable } from './demo/store.js'
import { type Result, table } from './demo/table.js'
import { type Row, rows } from './demo/transports.js'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '256MiB' },
    time: { type: 'string', default: '1s' },
    json: { type: 'boolean', default: false },
  },
})
const size = parseSize(values.size)
if (size === null || size < 1) {
  console.error(`--size=${values.size} is not a size such as 256MiB`)
  process.exit(2)
}
if (!parseDuration(values.time)) {
  console.error(`--time=${values.time} is not a time such as 1s`)
  process.exit(2)
}

const tell = (text: string) => process.stderr.write(`${text}\n`)
const folder = mkdtempSync(join(tmpdir(), 'camio-demo-'))
const cleanUp = () => rmSync(folder, { recursive: true, force: true })
process.once('exit', cleanUp)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const input = join(folder, 'input')
tell(`Making ${values.size} of random bytes in ${folder}`)
await generate(input, size)
const expected = await sha256(input)

const results: Result[] = []
const certificates = await makeCertificates()
for (const row of rows(folder, certificates)) results.push(await show(row))

const same = results.every(({ checksum }) => checksum === 'same')
const colours = process.stdout.isTTY && !process.env.NO_COLOR
if (!values.json) console.log(`\n${table(results, colours)}`)
tell(same ? '\nEvery copy has the checksum of the original.' : '\nA copy DIFFERS from the original.')

tell('\nOne key-value server, and one client program that is told only where it is:')
const store = await runStore({ folder, certificates, time: values.time, tell })
if (values.json) console.log(JSON.stringify({ size, ok: same, results, store }, null, 2))
else console.log(`\n${storeTable(store, colours)}`)
process.exitCode = same ? 0 : 1

async function show(row: Row): Promise<Result> {
  const outputs = Array.from({ length: row.files }, (_, i) => join(folder, `output${i + 1}`))
  const route = `file -> ${row.scheme} -> ${row.files === 1 ? 'file' : `${row.files} files`}`
  tell(`Moving it: ${route.padEnd(24)} ${row.uri}`)
  const started = performance.now()
  const { sent, received } = await (row.move?.(input, outputs) ?? move(input, row, outputs))
  const seconds = (performance.now() - started) / 1000
  const sums = await Promise.all(outputs.map(sha256))
  for (const output of outputs) await rm(output)
  return {
    scheme: row.scheme,
    route,
    uri: row.uri,
    bytes: received.bytes,
    seconds,
    megabytesPerSecond: received.bytes / seconds / 1e6,
    copies: sent.copies + received.copies,
    path: `${sent.path} -> ${received.path}`,
    checksum: sums.every((sum) => sum === expected) ? 'same' : 'DIFFERENT',
  }
}
