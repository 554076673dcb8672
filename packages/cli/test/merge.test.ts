// camio cat --merge: what is ready goes first.
import { execFileSync } from 'node:child_process'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { binary, camio, finish, folder, start, until } from './helpers.js'

test('all of every input arrives, each in its own order', async (t) => {
  const numbers = (letter: string) => Array.from({ length: 2000 }, (_, i) => `${letter}${i}\n`).join('')
  const cwd = folder(t, { a: numbers('a'), b: numbers('b'), empty: '' })
  const { code, stdout, stderr } = await camio(['cat', '--merge', 'a', 'empty', 'b', '-'], { cwd, input: numbers('c') })
  t.is(stderr, '')
  t.is(code, 0)
  const text = stdout.toString()
  for (const letter of 'abc') t.is(text.replace(new RegExp(`[^${letter}\\d\n]\\d+\n`, 'g'), ''), numbers(letter))
})

test('an input that says nothing holds up nobody', async (t) => {
  const cwd = folder(t)
  execFileSync('mkfifo', ['first', 'second'], { cwd })
  const child = start(['cat', '--merge', 'first', 'second'], { cwd })
  const done = finish(child)
  const silent = createWriteStream(join(cwd, 'first'))
  const talking = createWriteStream(join(cwd, 'second'))
  talking.write('hello')
  await until(child.stdout!, /hello/)
  talking.end(' again')
  await until(child.stdout!, / again/)
  silent.end('at last')
  const { code, stdout } = await done
  t.is(code, 0)
  t.is(stdout.toString(), 'hello againat last')
})

test('every output gets the merged bytes, and a missing input is reported', async (t) => {
  const content = binary(300_000)
  const cwd = folder(t, { a: content })
  const { code, stderr } = await camio(['cat', '-m', 'gone', 'a', '-o', 'x', '-o', 'y'], { cwd })
  t.is(code, 1)
  t.regex(stderr, /^camio cat: gone: /)
  t.true(readFileSync(join(cwd, 'x')).equals(content))
  t.true(readFileSync(join(cwd, 'y')).equals(content))
})
