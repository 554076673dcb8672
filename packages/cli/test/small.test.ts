/** `camio cat FILE > COPY` of little is done by the launcher; whatever is not just that is left to the command. */
import { spawnSync } from 'node:child_process'
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { binary, CAMIO, folder, shell } from './helpers.js'

const MOST = 64 * 1024

/** A launcher that has no command to leave anything to. */
function launcherAlone(t: ExecutionContext): (file: string | readonly string[], out?: string) => boolean {
  const own = folder(t)
  cpSync(dirname(CAMIO), join(own, 'bin'), { recursive: true })
  return (file, out) => {
    const fd = out === undefined ? 'pipe' : openSync(out, 'w')
    const args = typeof file === 'string' ? ['cat', file] : file
    const { status } = spawnSync(process.execPath, [join(own, 'bin', 'camio.cjs'), ...args], {
      stdio: ['ignore', fd, 'ignore'],
    })
    if (typeof fd === 'number') closeSync(fd)
    return status === 0
  }
}

test('a small file is copied to a file without the command', (t) => {
  const alone = launcherAlone(t)
  for (const size of [1, 1024, MOST]) {
    const cwd = folder(t, { a: binary(size) })
    t.true(alone(join(cwd, 'a'), join(cwd, 'b')))
    t.deepEqual(readFileSync(join(cwd, 'b')), readFileSync(join(cwd, 'a')))
  }
})

test('everything else is left to the command, and nothing was written before', (t) => {
  const alone = launcherAlone(t)
  const cwd = folder(t, { large: binary(MOST + 1), empty: '', a: 'A' })
  const out = join(cwd, 'out')
  const others: Array<string | readonly string[]> = [
    join(cwd, 'large'),
    join(cwd, 'empty'),
    join(cwd, 'missing'),
    cwd,
    `file:${join(cwd, 'a')}`,
    ['cat', '--', join(cwd, 'a')],
    ['cat', join(cwd, 'a'), join(cwd, 'a')],
    ['cat', '--json', join(cwd, 'a')],
    ['cat', '-'],
    ['schemes'],
    [],
  ]
  for (const args of others) {
    t.false(alone(args, out), String(args))
    t.is(statSync(out).size, 0, String(args))
  }
  t.false(alone(join(cwd, 'a')), 'to a pipe')
})

test('the shell sees what it would see of the command', async (t) => {
  const cwd = folder(t, { a: 'A', '100% of?': 'odd' })
  const line = [
    'echo kept > b; camio cat a >> b; cat b',
    'camio cat "100% of?" > c; cat c',
    'camio cat a >> a; echo $?',
    'camio cat missing > d; echo $?',
    'camio cat . > d; echo $?',
  ]
  const { stdout, stderr } = await shell(line.join('\n'), cwd)
  t.is(stdout.toString(), 'kept\nAodd1\n1\n1\n')
  t.regex(stderr, /^camio cat: a: input file is output file\ncamio cat: missing: .*ENOENT.*\ncamio cat: \.: .*\n$/)
  t.is(readFileSync(join(cwd, 'a'), 'utf8'), 'A')
})

test('a disk that is full in the middle has what fitted, once, and the command says why', async (t) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return t.log('only root mounts a small disk')
  const cwd = folder(t)
  const content = binary(MOST)
  for (const name of ['a', '100% of?']) writeFileSync(join(cwd, name), content)
  mkdirSync(join(cwd, 'disk'))
  const line = `
    unshare --mount sh -c '
      mount -t tmpfs -o size=16k,mode=700 tmpfs disk || exit 77
      exec "$@"' - bash -c '
        for file in a "100% of?"; do
          camio cat "$file" > disk/b; echo $?; cat disk/b > got; wc -c < got; cmp got "$file" 2>&1 | grep -c EOF
        done'`
  const { code, stdout, stderr } = await shell(`export -f camio\n${line}`, cwd)
  if (code === 77) return t.log('no mount here')
  const [, size] = stdout.toString().split('\n')
  t.true(Number(size) > 0 && Number(size) < MOST, stdout.toString())
  t.is(stdout.toString(), `1\n${size}\n1\n`.repeat(2))
  t.regex(stderr, /^(camio cat: [^\n]*ENOSPC[^\n]*\n){2}$/)
})
