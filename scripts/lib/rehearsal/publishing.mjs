// Tarballs into the registry.
import { captureNpm } from '../npm.mjs'
import { Stop, say } from '../say.mjs'

export async function publishTarballs(tarballs, env) {
  for (const { name, version, tarball } of tarballs) {
    const { code, output } = await captureNpm(['publish', '--access=public', '--loglevel=error', tarball], { env })
    if (code !== 0) throw new Stop(`${output}\nPublishing ${name}@${version} failed: see above.`)
  }
  say(`published ${tarballs.map(({ name }) => name).join(', ')}`)
}
