/** Descriptors that strangers send: their last close takes as long as the stranger likes, and the event loop must not wait for it. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { geteuid } from 'node:process'
import type { Readable, Writable } from 'node:stream'
import { type Listener, listen, open } from '@camio/core'
import '@camio/shm'
import test, { type ExecutionContext } from 'ava'
import { encodeHello, Kind, Status } from '../dist/link/hello.js'
import { ringLength } from '../dist/ring/layout.js'
import { leftAtLast } from './support/left.js'
import { linesOf } from './support/lines.js'
import { freshName } from './support/names.js'

/**
 * Sends a TCP socket with data that nobody reads and SO_LINGER, and keeps none itself: whoever closes it waits for 20 s, or until it is told
 * to go. Says whether it was told in time.
 */
const LINGERING = `
import array, select, socket, struct, sys
name, words, where = sys.argv[1], [int(w) for w in sys.argv[2].split(',')], sys.argv[3]
server = socket.socket(); server.bind(('127.0.0.1', 0)); server.listen(1)
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
held = socket.socket(); held.connect(server.getsockname()); peer, _ = server.accept()
held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 20))
held.setblocking(False)
try:
    while True: held.send(b'x' * 65536)
except BlockingIOError: pass
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [held.fileno()]))]
hello = struct.pack('16i', *words)
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); s.connect('\\0' + name)
if where == 'hello': s.sendmsg([hello], rights)
else: s.send(hello); s.sendmsg([b'x'], rights)
held.close()
print('sent', flush=True)
told = select.select([sys.stdin], [], [], 10)[0]
print('in time' if told else 'too late', flush=True)
`

const HELLO = { status: Status.OK, reads: true, writes: true, length: ringLength(4096), position: 0, sequence: 0 }

type Stranger = ChildProcessByStdio<Writable, Readable, null>

/** A listener with a full house, so that the stranger has sent everything before it is let in. */
async function fullHouse(options: object = {}): Promise<Listener> {
  const listener = await listen(freshName(), { backlog: 1, ...options })
  await (await open(listener.uri)).close()
  return listener
}

async function stranger(uri: string, kind: number, where: string, identity = {}) {
  const words = encodeHello({ ...HELLO, kind }).join(',')
  const args = ['-c', LINGERING, uri.replace('shm:', 'camio-shm/'), words, where]
  const child: Stranger = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', ...identity })
  return { child, next: linesOf(child.stdout) }
}

const hasPython = spawnSync('python3', ['-c', 'import select']).status === 0

function check(kind: number, where: string, identity = {}) {
  return async (t: ExecutionContext) => {
    const before = await leftAtLast()
    const listener = await fullHouse()
    const { child, next } = await stranger(listener.uri, kind, where, identity)
    t.is(await next(), 'sent')
    await (await listener.accept()).close()
    // The stranger is let in, and turned away.
    const [near, far] = await Promise.all([open(listener.uri), listener.accept()])
    child.stdin.end('go')
    t.is(await next(), 'in time')
    await Promise.all([near.close({ discard: true }), far.close({ discard: true })])
    await listener.close()
    t.deepEqual(await leftAtLast(), before)
  }
}

const CASES = {
  'with its hello, instead of a memory': [Kind.DUPLEX, 'hello'],
  'with a hello that wants something else': [Kind.LOSSY, 'hello'],
  'behind its hello': [Kind.LOSSY, 'behind'],
} as const

for (const [what, [kind, where]] of Object.entries(CASES)) {
  const title = `a lingering socket that comes ${what} is closed elsewhere`
  if (hasPython) test.serial(title, check(kind, where))
  else test.skip(`${title} (needs python3, which can send descriptors)`, check(kind, where))
}

const denied = check(Kind.DUPLEX, 'hello', { uid: 65_534, gid: 65_534 })
const canDeny = hasPython && geteuid!() === 0
;(canDeny ? test.serial : test.skip)(
  `a lingering socket of a user who is not let in is closed elsewhere${canDeny ? '' : ' (needs python3 and root)'}`,
  denied,
)

;(hasPython ? test.serial : test.skip)(
  'a lingering socket of who was not let in yet goes with the listener',
  async (t) => {
    const listener = await fullHouse()
    const { child, next } = await stranger(listener.uri, Kind.DUPLEX, 'hello')
    t.is(await next(), 'sent')
    await listener.close()
    await (await listen(listener.uri)).close()
    child.stdin.end('go')
    t.is(await next(), 'in time')
  },
)
