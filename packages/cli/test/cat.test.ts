// camio cat on real files and pipes: the bytes, the order, the exit codes.
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Summary } from '../dist/cat/summary.js'
import { binary, camio, folder, shell } from './helpers.js'
import { nobody, nobodyCanRun } from './nobody.js'

const BIG = 5 * 1024 * 1024 + 17

for (const [what, content] of [
  ['no byte', Buffer.alloc(0)],
  ['one byte', Buffer.from([0])],
  ['text', Buffer.from('zwölf\nBoxkämpfer')],
  ['5 MiB of everything', binary(BIG)],
] as const) {
  test(`${what}: file to pipe, file to file, pipe to pipe, pipe to file`, async (t) => {
    const cwd = folder(t, { in: content })
    const toPipe = await camio(['cat', 'in'], { cwd })
    t.like(toPipe, { code: 0, stderr: '' })
    t.true(toPipe.stdout.equals(content))
    const toFile = await camio(['cat', 'in', '-o', 'out'], { cwd })
    t.like(toFile, { code: 0, stderr: '' })
    t.is(toFile.stdout.length, 0)
    t.true(readFileSync(join(cwd, 'out')).equals(content))
    const through = await camio(['cat'], { cwd, input: content })
    t.like(through, { code: 0, stderr: '' })
    t.true(through.stdout.equals(content))
    const saved = await camio(['cat', '-o', 'saved'], { cwd, input: content })
    t.like(saved, { code: 0, stderr: '' })
    t.true(readFileSync(join(cwd, 'saved')).equals(content))
  })
}

test('standard input and output that are files', async (t) => {
  const content = binary(BIG)
  const cwd = folder(t, { in: content })
  t.like(await shell('camio cat < in > out && camio cat in > named && camio cat in >> named', cwd), {
    code: 0,
    stderr: '',
  })
  t.true(readFileSync(join(cwd, 'out')).equals(content))
  t.true(readFileSync(join(cwd, 'named')).equals(Buffer.concat([content, content])))
})

test('inputs come in the order given, options and plain arguments mixed, "-" in its place', async (t) => {
  const cwd = folder(t, { a: 'A', b: 'B', c: 'C' })
  const { code, stdout } = await camio(['cat', 'a', '-i', 'b', '-', '--in', 'c', 'file:a'], { cwd, input: '-in-' })
  t.is(code, 0)
  t.is(stdout.toString(), 'AB-in-CA')
})

test('every output gets everything, standard output among them', async (t) => {
  const content = binary(BIG)
  const cwd = folder(t, { a: content, b: 'tail' })
  const { code, stdout } = await camio(['cat', 'a', 'b', '-o', 'x', '-o', '-', '-o', 'file:y'], { cwd })
  const wanted = Buffer.concat([content, Buffer.from('tail')])
  t.is(code, 0)
  t.true(stdout.equals(wanted))
  t.true(readFileSync(join(cwd, 'x')).equals(wanted))
  t.true(readFileSync(join(cwd, 'y')).equals(wanted))
})

test('names that look like something else are files', async (t) => {
  const cwd = folder(t, { 'a:b': 'colon', 'tcp:x': 'scheme', 'q?x=1#%20 y': 'signs', '-o': 'dash' })
  const { code, stdout, stderr } = await camio(['cat', 'a:b', './tcp:x', 'q?x=1#%20 y', '--', '-o'], { cwd })
  t.is(stderr, '')
  t.is(code, 0)
  t.is(stdout.toString(), 'colonschemesignsdash')
})

test('an absolute path may begin with more than one slash', async (t) => {
  const cwd = folder(t, { a: 'A' })
  t.is((await camio(['cat', `//${cwd}/a`])).stdout.toString(), 'A')
})

test('an output may be appended to', async (t) => {
  const cwd = folder(t, { a: 'A', log: 'old ' })
  t.is((await camio(['cat', 'a', '-o', 'file:log?mode=a'], { cwd })).code, 0)
  t.is(readFileSync(join(cwd, 'log'), 'utf8'), 'old A')
})

test('a missing file and a folder are reported, the other inputs follow, exit code 1', async (t) => {
  const cwd = folder(t, { a: 'A', b: 'B' })
  mkdirSync(join(cwd, 'folder'))
  const { code, stdout, stderr } = await camio(['cat', 'a', 'missing', 'folder', 'file:gone', 'b'], { cwd })
  t.is(code, 1)
  t.is(stdout.toString(), 'AB')
  const lines = stderr.trimEnd().split('\n')
  t.is(lines.length, 3)
  t.regex(lines[0]!, /^camio cat: missing: .*no such file/i)
  t.regex(lines[1]!, /^camio cat: folder: .*directory/i)
  t.regex(lines[2]!, /^camio cat: file:gone: .*no such file/i)
})

;(nobodyCanRun ? test : test.skip)(
  'a file without permission is reported, exit code 1 (needs a checkout that others can read)',
  async (t) => {
    const cwd = folder(t, { secret: 'S', open: 'O' })
    chmodSync(cwd, 0o755)
    chmodSync(join(cwd, 'open'), 0o644)
    chmodSync(join(cwd, 'secret'), 0)
    const { code, stdout, stderr } = await camio(['cat', 'secret', 'open'], { cwd, ...nobody })
    t.regex(stderr, /^camio cat: secret: .*permission denied/i)
    t.is(stdout.toString(), 'O')
    t.is(code, 1)
  },
)

test('an output that cannot be opened: nothing is moved, exit code 1', async (t) => {
  const cwd = folder(t, { a: 'A' })
  const { code, stderr } = await camio(['cat', 'a', '-o', 'no/such/folder'], { cwd })
  t.is(code, 1)
  t.regex(stderr, /^camio cat: no\/such\/folder: .*no such file/i)
})

test('a full output is an error of that output, exit code 1', async (t) => {
  if (!existsSync('/dev/full')) return t.log('no /dev/full here')
  const cwd = folder(t, { a: binary(BIG) })
  for (const line of ['camio cat a -o /dev/full', 'cat a | camio cat -o /dev/full', 'camio cat < a > /dev/full']) {
    const { code, stderr } = await shell(line, cwd)
    t.is(code, 1)
    t.regex(stderr, /^camio cat: (\/dev\/full|-): .*no space/i, line)
  }
})

for (const [what, inputs] of [
  ['a file', 'a b'],
  ['a pipe', '- b < <(cat a)'],
  ['merged', '--merge a -'],
] as const)
  test(`one of several outputs fails, the others get everything: ${what}`, async (t) => {
    if (!existsSync('/dev/full')) return t.log('no /dev/full here')
    const wanted = binary(BIG)
    const cwd = folder(t, { a: wanted, b: 'tail' })
    const { code, stderr, stdout } = await shell(`camio cat --json -o x -o /dev/full -o y ${inputs}`, cwd)
    t.is(code, 1)
    t.regex(stderr, /^camio cat: \/dev\/full: .*no space[^\n]*\n$/i)
    const tail = what === 'merged' ? '' : 'tail'
    for (const name of ['x', 'y'])
      t.true(readFileSync(join(cwd, name)).equals(Buffer.concat([wanted, Buffer.from(tail)])), name)
    const { ok, bytes, error } = JSON.parse(stdout.toString()) as Summary
    t.deepEqual([ok, bytes, error?.code], [false, BIG + tail.length, 'ERR_CAMIO_NO_SPACE'])
  })

test('a named output whose reader leaves in the middle fails like any other; all of them may fail', async (t) => {
  const wanted = binary(BIG)
  const cwd = folder(t, { a: wanted })
  const left = await shell('mkfifo p; head -c 9 < p > nine & camio cat a -o p -o good; s=$?; wait; exit $s', cwd)
  t.is(left.code, 1)
  t.regex(left.stderr, /^camio cat: p: .*broken pipe[^\n]*\n$/i)
  t.true(readFileSync(join(cwd, 'good')).equals(wanted))
  t.true(readFileSync(join(cwd, 'nine')).equals(wanted.subarray(0, 9)))
  if (!existsSync('/dev/full')) return t.log('no /dev/full here')
  const full = await shell('camio cat a -o /dev/full -o file:/dev/full', cwd)
  t.is(full.code, 1)
  t.is(full.stderr.trimEnd().split('\n').length, 2)
})

test('a standard output that is no longer read ends it, whatever other outputs there are', async (t) => {
  const { stdout, stderr } = await shell(
    `camio cat /dev/zero -o - -o /dev/null | head -c 1 | wc -c; echo "\${PIPESTATUS[0]}"`,
    folder(t),
  )
  t.is(stderr, '')
  t.regex(stdout.toString(), /^\s*1\n141\n$/)
})

test('an input that is an output is refused and keeps its content', async (t) => {
  const cwd = folder(t, { a: 'A', b: 'B' })
  const named = await camio(['cat', 'a', 'b', '-o', './b'], { cwd })
  t.is(named.code, 1)
  t.is(named.stderr, 'camio cat: b: input file is output file\n')
  t.is(readFileSync(join(cwd, 'b'), 'utf8'), 'B')
  // The shell opened this one, so it is as with cat: the other inputs are copied.
  const appended = await shell('camio cat a b >> a', cwd)
  t.is(appended.code, 1)
  t.is(appended.stderr, 'camio cat: a: input file is output file\n')
  t.is(readFileSync(join(cwd, 'a'), 'utf8'), 'AB')
})

test('a reader that has enough ends it as cat ends: by SIGPIPE, silently', async (t) => {
  const cwd = folder(t, { big: binary(BIG) })
  for (const input of ['/dev/zero', 'big', '- < big', '- < /dev/zero']) {
    const { stdout, stderr } = await shell(`camio cat ${input} | head -c 1 | wc -c; echo "\${PIPESTATUS[0]}"`, cwd)
    t.is(stderr, '')
    t.regex(stdout.toString(), /^\s*1\n141\n$/, input)
  }
})

test('a path follows the umask as the shell’s > does; a URI has the permissions that its options say', async (t) => {
  const cwd = folder(t, { a: 'A', old: 'O' })
  chmodSync(join(cwd, 'old'), 0o640)
  const outputs = '-o path -o file:uri -o "file:said?perm=0660" -o old'
  t.is((await shell(`umask 027; camio cat a > shell; camio cat a ${outputs}`, cwd)).code, 0)
  const mode = (name: string) => (statSync(join(cwd, name)).mode & 0o777).toString(8)
  t.is(mode('path'), mode('shell'))
  t.deepEqual(['path', 'uri', 'said', 'old'].map(mode), ['640', '600', '640', '640'])
})

test('writing the same file twice replaces it', async (t) => {
  const cwd = folder(t, { a: 'A' })
  writeFileSync(join(cwd, 'out'), 'something longer')
  t.is((await camio(['cat', 'a', '-o', 'out'], { cwd })).code, 0)
  t.is(readFileSync(join(cwd, 'out'), 'utf8'), 'A')
})
