// npm run test:plugin: examples/scheme-plugin as a stranger has it, in a folder outside of the repository: all its own tests.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './lib/packages.mjs'
import { main, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async () => {
  await setUp({ native: 'optional' })
  const { Outside } = await import(pathToFileURL(join(root, 'dist-test', 'support', 'outside.js')).href)
  const outside = new Outside(root)
  await outside.start()
  try {
    const folder = join(outside.folder, 'camio-ws')
    cpSync(join(root, 'examples', 'scheme-plugin'), folder, { recursive: true })
    for (const made of ['node_modules', 'dist', 'dist-test'])
      rmSync(join(folder, made), { recursive: true, force: true })
    const { code, output } = await outside.run('npm install\nnpm run build\nnpm test', 'camio-ws')
    process.stdout.write(output)
    say(code === 0 ? 'camio-ws: passed' : 'camio-ws: failed')
    return code
  } finally {
    outside.remove()
  }
})
