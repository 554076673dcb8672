// Compiles everything with `tsc -b`, which itself knows what is up to date.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, workspaces } from './packages.mjs'
import { captureNode, tool } from './run.mjs'
import { Stop, say } from './say.mjs'

const outputs = () =>
  [root, ...workspaces()].flatMap((folder) => [
    { source: join(folder, 'src'), output: join(folder, 'dist') },
    { source: join(folder, 'test'), output: join(folder, 'dist-test') },
  ])

/** Removes the outputs of sources that are gone: the compiler leaves them, and ava would go on running them. */
function removeStale() {
  for (const { source, output } of outputs()) {
    if (!existsSync(output)) continue
    for (const file of readdirSync(output, { recursive: true })) {
      const [, stem] = /^(.*?)(?:\.js|\.d\.ts)(?:\.map)?$/.exec(file) ?? []
      if (stem && !existsSync(join(source, `${stem}.ts`))) rmSync(join(output, file))
    }
  }
}

export async function compile() {
  say('typescript: compiling what changed')
  removeStale()
  const { code, output } = await captureNode([tool('typescript', 'tsc'), '-b'])
  if (code !== 0) throw new Stop(`${output}\nThe TypeScript build failed: see above.`)
}
