// Bundles the camio command into one file, after the compiler and only when what goes into it differs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './packages.mjs'
import { captureNode } from './run.mjs'
import { Stop, say } from './say.mjs'
import { hashFiles, readStamp, writeStamp } from './stamp.mjs'

const cli = join(root, 'packages', 'cli')
const bundled = join(cli, 'dist', 'camio.cjs')
const stampFile = join(cli, 'dist', '.bundle-stamp')

/** Declarations and maps do not matter, but hashing them costs less than telling them apart. */
function stampNow() {
  const outputs = ['core', 'file', 'cli'].map((name) => join(root, 'packages', name, 'dist'))
  const own = [
    join(cli, 'bundle.mjs'),
    join(cli, 'bundle'),
    join(cli, 'src', 'native-build.cjs'),
    join(root, 'package-lock.json'),
  ]
  return hashFiles([...outputs, ...own], (file) => !/dist.*\.(cjs|cache)$|stamp$|buildinfo$/.test(file))
}

export async function bundleCommand() {
  const stamp = stampNow()
  if (existsSync(bundled) && readStamp(stampFile) === stamp) return say('camio command: bundled already')
  say('camio command: bundling')
  const { code, output } = await captureNode([join(cli, 'bundle.mjs')])
  if (code !== 0) throw new Stop(`${output}\nBundling the camio command failed: see above.`)
  writeStamp(stampFile, stamp)
}
