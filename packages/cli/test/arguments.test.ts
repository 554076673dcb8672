// Wrong commands: exit code 2, a sentence, nothing touched. Right ones: help and version.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse } from '../dist/cat/arguments.js'
import { CAT_HELP } from '../dist/help.js'
import { camio, folder, shell } from './helpers.js'

interface Wrong {
  readonly args: readonly string[]
  readonly says: RegExp
}

const WRONG: readonly Wrong[] = [
  { args: ['cat', '--frobnicate'], says: /^camio cat: Unknown option '--frobnicate'/ },
  { args: ['cat', '-o'], says: /^camio cat: .*argument missing/ },
  { args: ['cat', '--progress', '--no-progress'], says: /exclude each other/ },
  {
    args: ['cat', 'tpc://h:1', '-o', 'out'],
    says: /^camio cat: tpc:\/\/h:1: unknown scheme "tpc", did you mean "tcp"\?/,
  },
  { args: ['cat', 'a', '-o', 'fiel:out'], says: /^camio cat: fiel:out: unknown scheme "fiel", did you mean "file"\?/ },
  {
    args: ['cat', 'file:a?ofset=1', '-o', 'out'],
    says: /^camio cat: file:a\?ofset=1: .*ofset.*did you mean "offset"\?/,
  },
  { args: ['cat', 'file:a?offset=x', '-o', 'out'], says: /^camio cat: file:a\?offset=x: .*offset.*a size/ },
  { args: ['cat', 'file:a?frame=%z', '-o', 'out'], says: /^camio cat: file:a\?frame=%z: .*bad percent escape/ },
  { args: ['cat', '--plugin', 'no-such-package', 'a', '-o', 'out'], says: /cannot load the plugin "no-such-package"/ },
  { args: ['dog'], says: /^camio: there is no command "dog"/ },
  { args: ['schemes', '--frobnicate'], says: /^camio: schemes: Unknown option/ },
  {
    args: ['schemes', 'nosuch'],
    says: /^camio: nosuch: unknown scheme "nosuch", did you mean "\w+"\? \(camio schemes lists them\)$/m,
  },
]

for (const { args, says } of WRONG)
  test(`camio ${args.join(' ')}: exit code 2`, async (t) => {
    const cwd = folder(t, { a: 'A' })
    const { code, stdout, stderr } = await camio(args, { cwd })
    t.regex(stderr, says)
    t.is(stderr.trimEnd().split('\n').length, 1)
    t.is(code, 2)
    t.is(stdout.length, 0)
  })

test('a typing error in any argument empties no output', async (t) => {
  const cwd = folder(t, { a: 'A', out: 'precious' })
  t.is((await camio(['cat', 'a', 'tpc:b', '-o', 'out'], { cwd })).code, 2)
  t.is(readFileSync(join(cwd, 'out'), 'utf8'), 'precious')
  t.false(existsSync(join(cwd, 'tpc:b')))
})

test('inputs and outputs that do not fit together empty no output', async (t) => {
  const cwd = folder(t, { a: 'A\n', out: 'precious' })
  for (const args of [
    ['file:a?frame=line', '-o', 'out'],
    ['a', 'file:a?framing=messages&frame=u32', '-o', 'out'],
    ['--merge', 'a', '-o', 'file:out?frame=line'],
    ['mem:x', '-o', 'out'],
  ]) {
    const { code, stderr } = await camio(['cat', ...args], { cwd })
    t.is(code, 2)
    t.regex(stderr, /^camio cat: \S+: gives \w+, but \S+ takes \w+: declare framing= and frame= at one end\n$/)
    t.is(readFileSync(join(cwd, 'out'), 'utf8'), 'precious')
  }
  const lines = ['cat', 'file:a?frame=line', '-o', 'file:out?frame=u32']
  t.like(await camio(lines, { cwd }), { code: 0, stderr: '' })
  t.is(readFileSync(join(cwd, 'out')).length, 4 + 1)
})

test('help and version go to standard output', async (t) => {
  for (const [args, begins] of [
    [['--help'], 'camio - '],
    [['-h'], 'camio - '],
    [['cat', '--help'], 'camio cat - '],
    [['schemes', '--help'], 'camio schemes - '],
  ] as const) {
    const { code, stdout, stderr } = await camio(args)
    t.is(code, 0)
    t.is(stderr, '')
    t.true(stdout.toString().startsWith(begins))
  }
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  t.is((await camio(['--version'])).stdout.toString(), `camio ${version}\n`)
})

for (const command of ['--help', '--version', 'schemes', 'schemes --json', 'schemes --help', 'cat --help'])
  test(`camio ${command} to a reader that has gone: ended by SIGPIPE, silently`, async (t) => {
    // The reader is gone for certain: `wait` is for a process that leaves without reading.
    const gone = `mkfifo p; true < p & exec 3> p; wait $!; camio ${command} >&3; echo "$?" >&2`
    const { stderr } = await shell(gone, folder(t))
    t.is(stderr, '141\n')
  })

test('an answer that cannot be written is an error', async (t) => {
  if (!existsSync('/dev/full')) return t.log('no /dev/full here')
  const cwd = folder(t, { a: 'A' })
  for (const command of ['--help', 'schemes', 'cat --help', 'cat --json a -o b']) {
    const { code, stderr } = await shell(`camio ${command} > /dev/full`, cwd)
    t.is(code, 1)
    t.regex(stderr, /^camio.*: standard output: ENOSPC.*\n$/)
  }
})

test('no command at all: help on standard error, exit code 2', async (t) => {
  const { code, stdout, stderr } = await camio([])
  t.is(code, 2)
  t.is(stdout.length, 0)
  t.regex(stderr, /Usage/)
})

test('every option that the help names is one', (t) => {
  const named = [...CAT_HELP.matchAll(/^ {2}(?:-\w, | {4})?--([a-z-]+)( [A-Z]+)?/gm)]
  t.true(named.length >= 7)
  for (const [, name, value] of named)
    t.notThrows(() => parse([`--${name}`, ...(value === undefined ? [] : ['x'])]), name)
})

test('every example of the help is a command that can be understood', (t) => {
  const examples = [...CAT_HELP.matchAll(/^ {2}camio cat (.+?)(?: {2,}.*)?$/gm)].map(([, line]) => line!)
  t.true(examples.length >= 8)
  for (const line of examples) {
    const words = line.replace(/[<>] \w+/g, '').match(/'[^']*'|\S+/g) ?? []
    t.notThrows(() => parse(words.map((word) => word.replace(/^'|'$/g, ''))), line)
  }
})
