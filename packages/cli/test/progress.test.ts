// Progress on a terminal: shown for long work, with what is left when that is known, gone at the end.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import test from 'ava'
import { progressLine } from '../dist/cat/progress.js'
import { formatBytes, formatTime } from '../dist/units.js'
import { binary, CAMIO, camio, finish, folder, start, until } from './helpers.js'

/** Runs a command with standard error on a terminal; what appears there comes out on standard output. */
const PTY = `
import os, pty, sys
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.dup2(slave, 2)
    os.close(master)
    os.execvp(sys.argv[1], sys.argv[1:])
os.close(slave)
try:
    while True:
        data = os.read(master, 65536)
        if not data: break
        os.write(1, data)
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

function onTerminal(args: readonly string[], cwd: string): ChildProcess {
  return spawn('python3', ['-c', PTY, process.execPath, CAMIO, ...args], { cwd })
}

const hasPty = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0
const withTerminal = hasPty ? test : test.skip

withTerminal('a copy that takes long shows bytes, rate, per cent and time left, and leaves a clean line', async (t) => {
  const content = binary(1 << 20)
  const cwd = folder(t, { in: content })
  execFileSync('mkfifo', ['slow'], { cwd })
  const child = onTerminal(['cat', 'in', '-o', 'slow'], cwd)
  const done = finish(child)
  // Opened for reading, but not read yet: the copy fills the pipe and stands.
  const slow = createReadStream(join(cwd, 'slow'))
  const seen = await until(child.stdout!, / {2}\d+% {2}ETA \d+:\d\d/)
  t.regex(seen, /\d+ [KM]?i?B {2}[\d.]+ [KMG]?i?B\/s/)
  t.true((await buffer(slow)).equals(content))
  const { code, stdout } = await done
  t.is(code, 0)
  t.true(stdout.toString().endsWith('\r\u001b[K'))
})

withTerminal('a short copy shows nothing', async (t) => {
  const cwd = folder(t, { in: 'short' })
  const { code, stdout } = await finish(onTerminal(['cat', 'in', '-o', 'out'], cwd))
  t.is(code, 0)
  t.is(stdout.toString(), '')
})

withTerminal('asked for, even a short copy says what it was, on a line that stays', async (t) => {
  const cwd = folder(t, { in: 'short' })
  const { code, stdout } = await finish(onTerminal(['cat', '--progress', 'in', '-o', 'out'], cwd))
  t.is(code, 0)
  t.regex(stdout.toString(), /^5 B {2}[\d.]+ [KM]?i?B\/s {2}in \d+\.\d s\r?\n$/)
})

test('where there is no terminal, progress is plain lines', async (t) => {
  const cwd = folder(t, { in: 'short', empty: '' })
  for (const args of [['in', '-o', 'out'], ['in'], ['-m', 'in', '-o', 'x', '-o', 'y'], ['in', 'empty', '-o', 'out']]) {
    const { code, stderr } = await camio(['cat', '--progress', ...args], { cwd })
    t.is(code, 0)
    t.regex(stderr, /^5 B {2}[\d.]+ [KM]?i?B\/s {2}in \d+\.\d s\n$/)
  }
  const child = start(['cat', '--progress', '-', '-o', 'out'], { cwd })
  const done = finish(child)
  child.stdin!.write('12345')
  t.regex(await until(child.stderr!, /\n/), /^5 B {2}\d+(\.\d+)? B\/s\n$/)
  child.stdin!.end()
  t.regex((await done).stderr, /^(5 B {2}[\d.]+ B\/s\n)+5 B {2}[\d.]+ B\/s {2}in \d+\.\d s\n$/)
})

test('the line says what is known', (t) => {
  t.is(progressLine(512 << 20, 2, 1 << 30), '512 MiB  256 MiB/s  50%  ETA 0:02')
  t.is(progressLine(1000, 1, null), '0.98 KiB  0.98 KiB/s')
  t.is(progressLine(0, 3, 100), '0 B  0 B/s  0%')
  t.is(progressLine(300, 1, 100), '300 B  300 B/s  100%  ETA 0:00')
})

test('sizes and times as people read them', (t) => {
  t.deepEqual([0, 999, 1024, 1536, 20 << 20, 2 ** 40, 2 ** 60].map(formatBytes), [
    '0 B',
    '999 B',
    '1.00 KiB',
    '1.50 KiB',
    '20.0 MiB',
    '1.00 TiB',
    '1024 PiB',
  ])
  t.deepEqual([0, 0.2, 59, 60, 3600, 3723].map(formatTime), ['0:00', '0:01', '0:59', '1:00', '1:00:00', '1:02:03'])
})
