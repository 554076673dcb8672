/** `npm run sbom` says what comes along with a package. */
import { join } from 'node:path'
import test from 'ava'
import { Outside } from './support/outside.js'
import { bomOf } from './support/sbom.js'
import { published } from './support/workspaces.js'

const root = join(import.meta.dirname, '..')
const outside = new Outside(root, true)

test.before(() => outside.start())
test.after.always(() => outside.remove())

test('the bill of materials of a native transport: core, the headers, and how its native part is found', async (t) => {
  t.timeout(120_000)
  const { manifest } = published(root).find(({ manifest }) => manifest.name === '@camio/tcp')!
  const { metadata, components } = await bomOf(outside, manifest)
  t.like(metadata.component, { name: '@camio/tcp', version: manifest.version })
  const names = components.map(({ name }) => name).sort()
  t.deepEqual(names, ['@camio/core', '@camio/native-common', 'node-addon-api', 'node-gyp-build'])
  for (const { name, hashes } of components) t.is(hashes !== undefined, !name.startsWith('@camio/'), name)
  t.notRegex(JSON.stringify(components), /127\.0\.0\.1/)
})
