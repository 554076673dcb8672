/** The public API is what a review has seen. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { apiReports, committed } from './support/api-reports.js'
import { published } from './support/workspaces.js'

const root = join(import.meta.dirname, '..')
const reports = apiReports(root)

for (const report of reports)
  test(`${report.file} is up to date (npm run api)`, (t) => {
    t.is(committed(root, report), report.text)
  })

test('there is a report for each entry point, and no other', (t) => {
  const files = published(root).flatMap(({ folder }) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^api.*\.api\.md$/.test(file))
      .map((file) => `${folder}/${file}`),
  )
  t.deepEqual(files.sort(), reports.map(({ file }) => file).sort())
  t.true(reports.length > 10)
})
