import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { History } from '../../dist/cli/history.js'
import { folder } from '../support/server.js'

test('what was typed is kept in a private file, passwords are not', (t) => {
  const path = join(folder(t), 'history')
  const history = new History(path)
  t.deepEqual(history.load(), [])
  history.save(['GET b', 'auth secret', 'HELLO 3 AUTH default secret', 'CONFIG SET requirepass secret', 'GET a'])
  t.is(readFileSync(path, 'utf8'), 'GET a\nGET b\n')
  t.is(statSync(path).mode & 0o777, 0o600)
  t.deepEqual(new History(path).load(), ['GET b', 'GET a'])
})

test('a file that others could read is none any more', (t) => {
  const path = join(folder(t), 'history')
  writeFileSync(path, 'GET old\n')
  chmodSync(path, 0o644)
  new History(path).save(['GET new'])
  t.is(statSync(path).mode & 0o777, 0o600)
})

test('no file, or none that can be written', (t) => {
  new History('').save(['GET a'])
  t.deepEqual(new History('').load(), [])
  t.notThrows(() => new History(join(folder(t), 'missing', 'history')).save(['GET a']))
})
