/** The example of the README runs, and prints what it sends. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'node:test'

test('the example of the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, program] = /^```js example\n([\s\S]*?)^```$/m.exec(readme) ?? []
  // `await using` is new in Node 24: what TypeScript makes of it runs everywhere.
  const plain = program!.replaceAll('await using', 'const')
  const closes = 'await near.close(); await far.close(); await server.close()'
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', `${plain}${closes}`], {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  assert.equal(stdout, 'one message\n')
})
