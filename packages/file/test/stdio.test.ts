import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { open } from '@camio/core'
import test from 'ava'
import '@camio/file'
import { pattern, same } from './support/bytes.js'
import { fresh } from './support/folder.js'
import { has, linux, native, needing } from './support/tools.js'

const CHILD = fileURLToPath(new URL('children/stdio.js', import.meta.url))
const engines = linux ? ['native', 'node'] : ['node']

function start(what: string, engine: string, stdio: 'pipe' | Array<'pipe' | number> = 'pipe'): ChildProcess {
  return spawn(process.execPath, [CHILD, what, engine], { stdio })
}

for (const engine of engines) {
  test(`${engine}: standard input goes to standard output, pipe to pipe`, async (t) => {
    const bytes = pattern(3_000_000)
    // The shell's pipes: Node itself gives its children sockets.
    const script = 'cat | "$0" "$1" copy "$2" | cat'
    const { stdout, stderr, status } = spawnSync('sh', ['-c', script, process.execPath, CHILD, engine], {
      input: bytes,
      maxBuffer: 2 ** 26,
    })
    t.is(status, 0, stderr.toString())
    t.true(same(stdout, bytes))
    t.is(stderr.toString(), `${engine === 'native' ? 'splice' : 'copy'} ${bytes.length}\n`)
  })

  test(`${engine}: files as standard streams are read and written where their position is`, async (t) => {
    const from = fresh()
    const to = fresh()
    writeFileSync(from, '0123456789')
    const input = openSync(from, 'r')
    readSync(input, new Uint8Array(4))
    const output = openSync(to, 'w')
    const child = start('copy', engine, [input, output, 'pipe'])
    const words = textOf(child.stderr!)
    t.deepEqual(await once(child, 'close'), [0, null], await words)
    t.is(readFileSync(to, 'utf8'), '456789')
    // The position is shared: it stands behind what the child has read.
    t.is(readSync(input, new Uint8Array(4)), 0)
    for (const fd of [input, output]) closeSync(fd)
  })

  test(`${engine}: a process leaves while a read of standard input waits`, async (t) => {
    const child = start('head', engine)
    const words = textOf(child.stderr!)
    child.stdin!.write('hello')
    t.deepEqual(await once(child, 'close'), [0, null])
    t.is(await words, 'read 5\n')
    const exiting = start('exit', engine)
    t.deepEqual(await once(exiting, 'exit'), [7, null])
    exiting.stdin!.destroy()
  })

  test(`${engine}: a reader that leaves is a typed error`, async (t) => {
    const child = start('flood', engine)
    const words = textOf(child.stderr!)
    child.stdout!.once('data', () => child.stdout!.destroy())
    await once(child, 'close')
    t.is(await words, 'ERR_CAMIO_RESET 32\n')
  })

  test(`${engine}: closing the stream leaves standard output to others`, (t) => {
    const { stdout } = spawnSync(process.execPath, [CHILD, 'close', engine])
    t.is(stdout.toString(), 'first second')
  })

  needing(linux && has('script', '--version'), 'script(1)')(
    `${engine}: a terminal is read line by line, until ^D`,
    async (t) => {
      const command = `"${process.execPath}" "${CHILD}" copy ${engine} 2>/dev/null`
      const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
      const words = textOf(child.stdout)
      child.stdin.write('typed\n\x04')
      t.deepEqual(await once(child, 'exit'), [0, null])
      // Once as the terminal's echo, once as ours.
      t.is((await words).match(/typed/g)?.length, 2)
      child.stdin.destroy()
    },
  )
}

native('nobody finds O_NONBLOCK on the pipe that we shared', async (t) => {
  const script = `"$0" "$1" copy native 2>/dev/null >/dev/null; grep flags /proc/self/fdinfo/0`
  const child = spawn('sh', ['-c', script, process.execPath, CHILD], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end('some bytes')
  const flags = Number.parseInt((await textOf(child.stdout)).split(':')[1]!.trim(), 8)
  t.is(flags & 0o4000, 0)
})

native('sockets as standard streams are read and written without blocking', async (t) => {
  // Node makes "pipe" of unix sockets.
  const child = start('copy', 'native')
  const output = textOf(child.stdout!)
  const words = textOf(child.stderr!)
  child.stdin!.end('through sockets')
  t.is(await output, 'through sockets')
  t.regex(await words, / 15\n$/)
})

test('stdio:0 is not written, stdio:1 not read, stdio:3 not known', async (t) => {
  await t.throwsAsync(open('stdio:0?mode=w'), { code: 'ERR_CAMIO_BAD_OPTION' })
  await t.throwsAsync(open('stdio:1'), { code: 'ERR_CAMIO_BAD_OPTION' })
  await t.throwsAsync(open('stdio:3'), { code: 'ERR_CAMIO_BAD_URI' })
})
