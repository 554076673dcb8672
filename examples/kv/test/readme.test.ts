/** Replays the README's transcripts: one shell, the commands, and what it shows. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { installed } from './support/redis.js'
import { folder, freePort, name } from './support/server.js'

const README = fileURLToPath(new URL('../README.md', import.meta.url))
const TOOLS = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url))

interface Step {
  readonly command: string
  /** What it shows. */
  readonly shows: string
}

/** Other programs of this machine may have the README's port and name. */
function steps(port: number): Step[] {
  const text = readFileSync(README, 'utf8').replaceAll('7379', String(port)).replaceAll('readme-kv', name())
  const blocks = [...text.matchAll(/^```console\n(.*?)^```$/gms)].map((match) => match[1]!)
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const [command, ...shows] = step.split('\n')
        return { command: command!, shows: shows.join('\n') }
      }),
  )
}

/** What the shell does for a step: a program that stays is waited for until it says that it is ready. */
function script({ command }: Step, i: number): string {
  if (!command.endsWith('&')) return `${command} 2>&1\n`
  return `${command.slice(0, -1)} > said.${i} 2>&1 &\nuntil grep -q ready said.${i}; do sleep 0.05; done\ncat said.${i}\n`
}

const replay = installed('redis-cli') ? test : test.skip

replay('the transcripts are what happens', async (t) => {
  const all = steps(await freePort())
  t.true(all.length > 8)
  // A mark between the steps.
  const text = `${all.map((step, i) => `${script(step, i)}echo "--- $?"\n`).join('')}`
  const child = spawn('bash', ['-c', text], {
    cwd: folder(t),
    env: { ...process.env, PATH: `${TOOLS}${delimiter}${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  t.teardown(() => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // All of it has ended.
    }
  })
  let shown = ''
  for await (const chunk of child.stdout!) shown += chunk
  const parts = shown.split(/--- \d+\n/)
  for (const [i, { command, shows }] of all.entries()) t.is(parts[i]!.trim(), shows.trim(), command)
})
