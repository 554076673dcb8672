/** The runner is injected: the suite runs under node:test as it does under ava, and reports what fails there. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import test from 'ava'

function runUnderNode(scheme: string): { output: string; code: number | null; count(what: string): number } {
  const program = fileURLToPath(new URL('./node-test.program.js', import.meta.url))
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { stdout, status } = spawnSync(process.execPath, ['--test-reporter=tap', program, scheme], {
    env,
    encoding: 'utf8',
  })
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)`, 'm').exec(stdout)?.[1])
  return { output: stdout, code: status, count }
}

test('a sound driver passes under node:test; what does not apply is skipped by name', (t) => {
  const { output, code, count } = runUnderNode('mutant-none')
  const [, run, skipped] = /^# registered (\d+) (\d+)$/m.exec(output) ?? []
  t.is(code, 0, output)
  t.true(Number(run) > 100)
  t.is(count('pass'), Number(run))
  t.is(count('skipped'), Number(skipped))
  t.is(count('fail'), 0)
  t.regex(output, /partial release: .* \(needs framing=bytes\) # SKIP/)
})

test('a broken driver fails under node:test', (t) => {
  const { output, code, count } = runUnderNode('mutant-copied-lease')
  t.is(code, 1)
  t.true(count('fail') >= 2)
  t.regex(output, /^not ok .*not one buffer a message/m)
})
