/** Who may meet whom, and what happens to those who do not know how to behave. */
import { spawn, spawnSync } from 'node:child_process'
import { geteuid } from 'node:process'
import { isCamioError, listen, open } from '@camio/core'
import '@camio/shm'
import test, { type ExecutionContext } from 'ava'
import { type Binding, NO_MEMORY, native } from '../dist/binding.js'
import { decodeHello, encodeHello, type Hello, helloRoom, Kind, type Said, Status } from '../dist/link/hello.js'
import { ringLength } from '../dist/ring/layout.js'
import { leftAtLast } from './support/left.js'
import { freshName } from './support/names.js'
import { turn } from './support/streams.js'

const LOSSY = { policy: 'drop-oldest' } as const

function binding(): Binding {
  return native.loaded.binding!
}

function socketName(uri: string): string {
  return uri.replace('shm:', 'camio-shm/')
}

const HELLO: Said = {
  status: Status.OK,
  kind: Kind.DUPLEX,
  reads: true,
  writes: true,
  length: ringLength(4096),
  position: 0,
  sequence: 0,
}

interface Rude {
  readonly words: Int32Array
  /** Bytes of the memory that goes along. */
  readonly lends?: number
}

/** What a client may say that it must not; and the status that it is answered, `null` for none. */
const CLIENTS: Readonly<Record<string, readonly [Rude, number | null]>> = {
  'speaks another language': [{ words: new Int32Array(16).fill(7) }, null],
  'speaks another language, and lends a memory': [{ words: new Int32Array(16).fill(7), lends: 4096 }, null],
  'says half of it': [{ words: encodeHello(HELLO).subarray(0, 5) }, null],
  'speaks another version': [{ words: encodeHello(HELLO).fill(9, 1, 2) }, Status.VERSION],
  'lends no memory': [{ words: encodeHello(HELLO) }, Status.FAILED],
  'lends memory of another length': [{ words: encodeHello(HELLO), lends: 4096 }, Status.FAILED],
  'lends memory that is no ring': [{ words: encodeHello({ ...HELLO, length: 12_345 }), lends: 12_345 }, Status.FAILED],
  'lends memory of no length': [{ words: encodeHello({ ...HELLO, length: -1 }), lends: 4096 }, Status.FAILED],
  'neither reads nor writes': [
    { words: encodeHello({ ...HELLO, reads: false, writes: false }), lends: 4096 },
    Status.NOTHING,
  ],
  'asks for a kind that there is not': [{ words: encodeHello({ ...HELLO, kind: 64 }), lends: 4096 }, Status.KIND],
}

function say(socket: number, { words, lends }: Rude): void {
  const memory = lends === undefined ? NO_MEMORY : binding().createMemory(lends)
  binding().sendHello(socket, words, memory)
  if (memory !== NO_MEMORY) binding().releaseMemory(memory)
}

/** @returns the status; `null`: it left without an answer */
async function answerTo(socket: number): Promise<number | null> {
  for (;;) {
    const words = helloRoom()
    const got = binding().receiveHello(socket, words)
    if (got === 1) {
      const { status, memory } = decodeHello(words) as Hello
      if (memory !== NO_MEMORY) binding().releaseMemory(memory)
      return status
    }
    if (got === 0 || got === -104) return null
    await turn()
  }
}

async function stillServes(t: ExecutionContext, uri: string, accept: () => Promise<unknown>): Promise<void> {
  const [near] = await Promise.all([open(uri), accept()])
  t.false(near.closed)
  await near.close({ discard: true })
}

for (const [what, [rude, status]] of Object.entries(CLIENTS)) {
  test.serial(`a client that ${what} is turned away, and nothing of it is left`, async (t) => {
    const before = await leftAtLast()
    const listener = await listen(freshName())
    const socket = binding().connect(socketName(listener.uri))
    say(socket, rude)
    t.is(await answerTo(socket), status)
    binding().close(socket, false)
    await stillServes(t, listener.uri, async () => (await listener.accept()).close({ discard: true }))
    await listener.close()
    t.deepEqual(await leftAtLast(), before)
  })
}

test.serial('nothing is left of the memory that a writer lends to a strict reader', async (t) => {
  const before = await leftAtLast()
  const reader = await open(freshName(), { mode: 'r', stay: true })
  for (const writes of [true, false]) {
    const socket = binding().connect(socketName(reader.uri))
    say(socket, { words: encodeHello({ ...HELLO, kind: Kind.STRICT, writes }), lends: ringLength(4096) })
    t.is(await answerTo(socket), writes ? Status.OK : Status.NOTHING)
    binding().close(socket, false)
  }
  await reader.close()
  t.deepEqual(await leftAtLast(), before)
})

test.serial('clients that say nothing keep nobody waiting, and go with the listener', async (t) => {
  const before = await leftAtLast()
  const listener = await listen(freshName())
  const silent = [1, 2, 3].map(() => binding().connect(socketName(listener.uri)))
  await stillServes(t, listener.uri, async () => (await listener.accept()).close({ discard: true }))
  await listener.close()
  for (const socket of silent) {
    t.is(await answerTo(socket), null)
    binding().close(socket, false)
  }
  t.deepEqual(await leftAtLast(), before)
})

/** What an owner may answer, and what its client is told. */
const OWNERS: Readonly<Record<string, readonly [Rude, string]>> = {
  'speaks another language': [{ words: new Int32Array(16).fill(7) }, 'ERR_CAMIO_REFUSED'],
  'speaks another version': [{ words: encodeHello(HELLO).fill(9, 1, 2) }, 'ERR_CAMIO_REFUSED'],
  'says half of it': [{ words: encodeHello(HELLO).subarray(0, 5) }, 'ERR_CAMIO_SYSTEM'],
  'lends no memory': [{ words: encodeHello(HELLO) }, 'ERR_CAMIO_CORRUPT'],
  'lends memory of another length': [{ words: encodeHello(HELLO), lends: 4096 }, 'ERR_CAMIO_CORRUPT'],
  'lends memory that is no ring': [
    { words: encodeHello({ ...HELLO, length: 8192 + 8 }), lends: 8192 + 8 },
    'ERR_CAMIO_CORRUPT',
  ],
  'has a status that there is not': [
    { words: encodeHello({ ...HELLO, status: 99 }), lends: 4096 },
    'ERR_CAMIO_REFUSED',
  ],
}

const GRANTS: readonly (readonly [Record<string, string>, Partial<Hello>])[] = [
  [{ mode: 'r' }, { reads: true, writes: true }],
  [{ mode: 'w' }, { reads: true, writes: true }],
  [{}, { reads: false, writes: false }],
  [{}, { kind: Kind.STRICT }],
  [
    { mode: 'r', ...LOSSY },
    { kind: Kind.LOSSY, reads: true },
  ],
  [
    { mode: 'r', ...LOSSY },
    { kind: Kind.LOSSY, reads: false, length: 0 },
  ],
  [
    { mode: 'r', ...LOSSY },
    { kind: Kind.LOSSY, reads: false, length: -1 },
  ],
]

for (const [options, granted] of GRANTS) {
  const what = `${JSON.stringify(options)} is answered ${JSON.stringify(granted)}`
  test.serial(`an owner grants no more than was asked for, and no nonsense: ${what}`, async (t) => {
    const before = await leftAtLast()
    const uri = freshName()
    const door = binding().listen(socketName(uri), 5)
    const opening = open(uri, options)
    opening.catch(() => {})
    await turn()
    const socket = binding().accept(door)
    say(socket, { words: encodeHello({ ...HELLO, ...granted }), lends: ringLength(4096) })
    await t.throwsAsync(opening, { code: 'ERR_CAMIO_CORRUPT' })
    binding().close(socket, false)
    binding().close(door, false)
    t.deepEqual(await leftAtLast(), before)
  })
}

for (const [what, [rude, code]] of Object.entries(OWNERS)) {
  for (const options of [{}, { mode: 'r', ...LOSSY }] as const) {
    test.serial(`an owner that ${what}: ${JSON.stringify(options)}`, async (t) => {
      const before = await leftAtLast()
      const uri = freshName()
      const door = binding().listen(socketName(uri), 5)
      const opening = open(uri, options)
      opening.catch(() => {})
      await turn()
      const socket = binding().accept(door)
      say(socket, rude)
      await t.throwsAsync(opening, { code })
      binding().close(socket, false)
      binding().close(door, false)
      t.deepEqual(await leftAtLast(), before)
    })
  }
}

test.serial('an owner that leaves right behind its answer has died', async (t) => {
  const before = await leftAtLast()
  const uri = freshName()
  const door = binding().listen(socketName(uri), 5)
  const opening = open(uri)
  await turn()
  const socket = binding().accept(door)
  say(socket, { words: encodeHello(HELLO), lends: ringLength(4096) })
  binding().close(socket, false)
  const stream = await opening
  await t.throwsAsync(stream.read(), { code: 'ERR_CAMIO_PEER_LOST' })
  await stream.close()
  binding().close(door, false)
  t.deepEqual(await leftAtLast(), before)
})

test.serial('an owner that never answers is ERR_CAMIO_TIMEOUT', async (t) => {
  const uri = freshName()
  const door = binding().listen(socketName(uri), 5)
  const error = await t.throwsAsync(open(uri, { connectTimeout: '50ms', waitFor: '1h' }), { code: 'ERR_CAMIO_TIMEOUT' })
  t.regex(error!.message, /within 50ms/)
  binding().close(door, false)
})

// ---------------------------------------------------------------------------------------------------- memory of other kinds

/** Sends a hello with a descriptor that no program of ours would send; prints the status of the answer. */
const STRANGE_MEMORY = `
import array, os, socket, struct, sys, tempfile, mmap
name, words, kind = sys.argv[1], [int(w) for w in sys.argv[2].split(',')], sys.argv[3]
length = words[5]
if kind == 'file':
    held = tempfile.TemporaryFile(); fd = held.fileno()
elif kind == 'huge':
    fd = os.memfd_create('x', 0x4 | 0x2)
else:
    fd = os.memfd_create('x', 0 if kind == 'not sealable' else 0x2)
try:
    os.ftruncate(fd, length)
except OSError:
    pass
if kind == 'half sealed':
    import fcntl; fcntl.fcntl(fd, 1033, 0x4)
if kind == 'sealed against writing':
    import fcntl; fcntl.fcntl(fd, 1033, 0x2 | 0x4 | 0x8)
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect('\\0' + name)
fds = [fd] * (3 if kind == 'three' else 1)
s.sendmsg([struct.pack('16i', *words)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))])
answer = s.recv(64)
print(struct.unpack('16i', answer)[2] if len(answer) == 64 else 'left')
`

const STRANGE = ['file', 'huge', 'not sealable', 'not sealed', 'half sealed', 'sealed against writing', 'three']
const hasPython = spawnSync('python3', ['-c', 'import os; os.memfd_create']).status === 0

for (const kind of STRANGE) {
  const title = `a client that lends memory of another kind is turned away: ${kind}`
  const check = async (t: ExecutionContext) => {
    const before = await leftAtLast()
    const listener = await listen(freshName())
    const args = [socketName(listener.uri), encodeHello(HELLO).join(','), kind]
    const child = spawn('python3', ['-c', STRANGE_MEMORY, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    for await (const chunk of child.stdout) said += chunk
    t.is(said.trim(), kind === 'three' ? 'left' : String(Status.FAILED))
    await stillServes(t, listener.uri, async () => (await listener.accept()).close({ discard: true }))
    await listener.close()
    t.deepEqual(await leftAtLast(), before)
  }
  if (hasPython) test.serial(title, check)
  else test.skip(`${title} (needs python3, which can send descriptors)`, check)
}

// ---------------------------------------------------------------------------------------------------- users

const NOBODY = 65_534

const OTHER_USER = `
import { listen, open, registry } from '${import.meta.resolve('@camio/core')}'
import '${import.meta.resolve('@camio/shm')}'
const [uid, gid, what, uri, options] = process.argv.slice(1)
// Whoever we are from now on may not read this checkout: what is needed of it is loaded before.
registry.driver('shm').available()
process.setgroups([])
process.setgid(Number(gid))
process.setuid(Number(uid))
try {
  if (what === 'open') await (await open(uri, JSON.parse(options))).close()
  else {
    const listener = await listen(uri, JSON.parse(options))
    console.log('listening')
    for await (const stream of listener) await stream.close()
  }
  console.log('ok')
} catch (error) { console.log(error.code) }
process.exit()
`

interface Identity {
  readonly uid: number
  readonly gid: number
}

/** What a program of another user says, line by line. */
function asOther({ uid, gid }: Identity, what: 'open' | 'listen', uri: string, options: object) {
  const words = [String(uid), String(gid), what, uri, JSON.stringify(options)]
  const args = ['--input-type=module', '-e', OTHER_USER, ...words]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return { child, lines: child.stdout.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string> }
}

async function openAs(identity: Identity, uri: string, options: object): Promise<string> {
  const { lines } = asOther(identity, 'open', uri, options)
  return (await lines.next()).value.trim()
}

const root = geteuid!() === 0
const asRoot = root ? test.serial : test.skip
const needsRoot = root ? '' : ' (needs root, to become another user)'
const other: Identity = { uid: NOBODY, gid: NOBODY }

asRoot(`another user is not let in, unless perm= says so${needsRoot}`, async (t) => {
  const any = { owner: 'any' }
  const closed = await listen(freshName())
  t.is(await openAs(other, closed.uri, any), 'ERR_CAMIO_NO_PERMISSION')
  await closed.close()
  const everybody = await listen(freshName(), { perm: '0666' })
  t.is(await openAs(other, everybody.uri, any), 'ok')
  await everybody.close()
})

asRoot(`perm=0660 lets the members of group= in${needsRoot}`, async (t) => {
  const any = { owner: 'any' }
  const listener = await listen(freshName(), { perm: '0660', group: NOBODY })
  t.is(await openAs(other, listener.uri, any), 'ok')
  t.is(await openAs({ uid: NOBODY, gid: NOBODY - 1 }, listener.uri, any), 'ERR_CAMIO_NO_PERMISSION')
  await listener.close()
})

asRoot(`whoever opens is told when the name is another user’s${needsRoot}`, async (t) => {
  const uri = freshName()
  const { child, lines } = asOther(other, 'listen', uri, { perm: '0666' })
  t.is((await lines.next()).value.trim(), 'listening')
  const error = await t.throwsAsync(open(uri), { code: 'ERR_CAMIO_NO_PERMISSION' })
  t.true(isCamioError(error))
  await (await open(uri, { owner: String(NOBODY) })).close()
  child.kill()
})
