/** `unix:/path` and `unix:@name` */
import { Deadline, defineDriver, type Listener, type Stream, within } from '@camio/core/spi'
import { acceptOne } from '../accept-one.js'
import { available, engineFor, engineName, type UnixTarget } from '../engine.js'
import { MODES, socketFeatures, socketForecast } from '../features.js'
import { unixOptions } from '../options.js'
import { parseUnixName } from '../unix-name.js'

export const unixDriver = defineDriver({
  abi: 1,
  scheme: 'unix',
  id: '@camio/tcp',
  help: 'a unix socket, by path or abstract name',
  addressForm: '/path or @name',
  options: unixOptions,
  modes: MODES,
  get features() {
    return socketFeatures({ scheme: 'unix', engine: engineName() })
  },
  available,
  forecast: ({ options, mode }) => socketForecast({ scheme: 'unix', engine: engineName(options.engine) }, mode),

  async open(target): Promise<Stream> {
    if (target.options.listen) return acceptOne(await listen(target), target.signal)
    const { uri, options, signal } = target
    const name = parseUnixName(target.address, uri)
    const engine = engineFor(options.engine, uri)
    const deadline = new Deadline(uri, 'not connected', options.connectTimeout, signal)
    return within(deadline, (stop) => engine.connectUnix(target, name, stop))
  },
  listen,
})

async function listen(target: UnixTarget): Promise<Listener> {
  const name = parseUnixName(target.address, target.uri)
  return engineFor(target.options.engine, target.uri).listenUnix(target, name)
}
