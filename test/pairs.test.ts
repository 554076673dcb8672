// Every scheme piped into every other: the path is the one that was predicted, and no more copies are made than were.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Features, registry } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import { messagesFor } from './support/messages.js'
import { frameOf, type PairOutcome, runPair } from './support/pair.js'
import { type Subject, subjects, written } from './support/subjects.js'

const folder = mkdtempSync(join(tmpdir(), 'camio-pairs-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const all = subjects(folder)

for (const source of all.filter((subject) => subject.source))
  for (const sink of all.filter((subject) => subject.sink)) {
    const messages = messagesFor(source, sink)
    // A tick is shorter than any frame.
    if (messages === null) continue
    const missing = source.missing ?? sink.missing ?? null
    const run = missing === null ? test.serial : test.serial.skip
    run(`${source.scheme} to ${sink.scheme}${missing === null ? '' : ` (${missing})`}`, async (t) => {
      const standard = source.standard || sink.standard
      const outcome = await (standard ? inChild(source, sink) : runPair(source.scheme, sink.scheme, folder))
      check(t, [source, sink], outcome)
      const sent = Buffer.concat(messages)
      const right = source.check ?? ((received: Uint8Array) => Buffer.compare(received, sent) === 0)
      t.true(right(outcome.received!), 'what arrived is what was sent')
    })
  }

test('every scheme that is registered is tried', (t) => {
  const tried = new Set(all.map(({ scheme }) => scheme))
  t.deepEqual(
    registry
      .list()
      .map(({ scheme }) => scheme)
      .filter((scheme) => !tried.has(scheme)),
    [],
  )
})

function check(t: ExecutionContext, ends: readonly Subject[], outcome: PairOutcome): void {
  const { planned, analyzed, endless, opened } = outcome
  const { predicted, measured } = analyzed
  t.is(planned.problem, null)
  t.truthy(planned.predicted)
  t.truthy(predicted)
  t.truthy(measured)
  t.is(measured!.ended, !endless)
  // What was said before anything was open holds once it is.
  t.is(kindOf(planned.path!), kindOf(measured!.path))
  t.is(kindOf(analyzed.path!), kindOf(measured!.path))
  t.is(planned.predicted!.copies, predicted!.copies)
  t.true(
    measured!.copies <= predicted!.copies * measured!.messages,
    `${measured!.copies} copies of ${measured!.messages} messages, predicted at most ${predicted!.copies} each`,
  )
  for (const [i, end] of [planned.source, planned.sink!].entries())
    t.deepEqual(
      known(opened[i]!),
      known(end.candidates[0]!.features!),
      `features of the ${i === 0 ? 'source' : 'sink'}`,
    )
  // Transports that forecast say what their calls are, too.
  const forecast = ends.every(({ scheme }) => registry.driver(scheme).forecast !== undefined)
  t.is(planned.predicted!.systemCalls === null, !forecast)
  t.is(planned.predicted!.wakeUps === null, !forecast)
}

/** All but what depends on who is there: the largest message, and whether a name is one's own (`shm:` with mode=r) or a listener's. */
function known(all: Features): Omit<Features, 'mtu' | 'acceptsMany' | 'connectionless'> {
  const { mtu: _, acceptsMany: __, connectionless: ___, ...rest } = all
  return rest
}

/** One mover may hand over to another, which is as good; a pipe that falls out of the kernel is not. */
function kindOf(path: string): string {
  return registry.movers().some(({ name }) => name === path) ? 'in the kernel' : path
}

const PROGRAM = fileURLToPath(new URL('support/pair.program.js', import.meta.url))

async function inChild(source: Subject, sink: Subject): Promise<PairOutcome> {
  const input = source.standard ? await written(folder, messagesFor(source, sink)!, frameOf(source, sink)) : '/dev/null'
  const [result, output] = [`${input}-result`, `${input}-output`].map((path) =>
    path.replace('/dev/null', join(folder, sink.scheme)),
  )
  const line = 'cat "$1" | "$2" "$3" "$4" "$5" "$6" "$7" | cat > "$8"'
  const args = [input, process.execPath, PROGRAM, source.scheme, sink.scheme, folder, result!, output!]
  const child = spawn('sh', ['-c', line, 'sh', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  await new Promise((resolve) => child.once('close', resolve))
  if (errors.length > 0) throw new Error(Buffer.concat(errors).toString())
  const { received, ...said } = JSON.parse(readFileSync(result!, 'utf8')) as PairOutcome & { received: string | null }
  if (received !== null) return { ...said, received: Buffer.from(received, 'base64') }
  const frame = frameOf(sink, source)
  return { ...said, received: frame === undefined ? readFileSync(output!) : unframed(readFileSync(output!)) }
}

/** `frame=u32`: 4 bytes of length before each message. */
function unframed(bytes: Buffer): Uint8Array {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    parts.push(bytes.subarray(at + 4, end))
    at = end
  }
  return Buffer.concat(parts)
}
