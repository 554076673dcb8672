// npm run api: writes the reports of the public API anew, packages/<name>/api/<entry point>.api.md. What changed is for the review.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, workspaces } from './lib/packages.mjs'
import { main, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(async () => {
  await setUp({ native: 'optional' })
  const { apiReports, committed } = await import(
    pathToFileURL(join(root, 'dist-test', 'support', 'api-reports.js')).href
  )
  const reports = apiReports(root)
  const changed = reports.filter((report) => committed(root, report) !== report.text)
  for (const folder of workspaces()) rmSync(join(folder, 'api'), { recursive: true, force: true })
  for (const { file, text } of reports) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  say(changed.length === 0 ? 'api: no change' : `api: ${changed.map(({ file }) => file).join(', ')}`)
})
