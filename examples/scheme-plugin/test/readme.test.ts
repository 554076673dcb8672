/** The README is true: its example runs, its table is complete. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { wssOptions } from 'camio-ws'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the example of the README', () => {
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

test('the README names every option', () => {
  for (const name of Object.keys(wssOptions)) assert.ok(readme.includes(`\`${name}\``), name)
})
