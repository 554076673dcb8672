// The environment of somebody else: nothing of this project's, of this user's, or of the npm that runs us.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything that the clients keep goes below `folder`. The token is any: the registry knows no users. */
export function strangersEnvironment(folder, registry) {
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  const config = join(home, '.npmrc')
  const { host } = new URL(registry)
  writeFileSync(
    config,
    `registry=${registry}\n//${host}/:_authToken=anyone\nfund=false\naudit=false\nupdate-notifier=false\n`,
  )
  const inherited = Object.keys(process.env).filter((name) => /^(npm|pnpm)_/i.test(name))
  return {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    npm_config_userconfig: config,
    npm_config_registry: registry,
    npm_config_cache: join(home, 'npm'),
    npm_config_store_dir: join(home, 'pnpm'),
    CI: 'true',
  }
}
