/** `stdio:`: the standard streams of the process. They belong to others too: their flags stay as they are, nobody closes them. */
import { constants, fstatSync, openSync, type Stats } from 'node:fs'
import { CamioError, defineDriver, type Stream, type Target } from '@camio/core/spi'
import { type Binding, chooseEngine, How } from './binding.js'
import { featuresOf } from './features.js'
import { engineAvailable, engineName } from './file-driver.js'
import { NativeIo, nodeIo } from './file-io.js'
import { forecastOf, lookAt } from './forecast.js'
import { CALM, directoryError, hasPositions, kindOf } from './opener.js'
import { stdioOptions } from './options.js'
import { RegularStream } from './regular-stream.js'
import { openUnpositioned, type Unpositioned } from './unpositioned.js'

type StdioTarget = Target<typeof stdioOptions>

export const stdioDriver = defineDriver({
  abi: 1,
  scheme: 'stdio',
  id: '@camio/file',
  help: 'standard input when read, standard output when written; stdio:2 is standard error',
  addressForm: '[0|1|2]',
  options: stdioOptions,
  modes: ['r', 'w'],
  features: featuresOf('rw', false, 'native'),
  available: engineAvailable,
  forecast: (target) =>
    forecastOf(lookAt(Number(nameOf(target.address, target.mode))), {
      mode: target.mode,
      engine: target.options.engine,
      seekable: false,
    }),
  open,
})

function open(target: StdioTarget): Stream | Promise<Stream> {
  const binding = chooseEngine(target.options.engine, target.uri)
  const number = numberOf(target)
  const stats = fstatSync(number)
  if (stats.isDirectory()) throw directoryError(target.uri)
  if (hasPositions(stats)) return positioned(target, number, stats, binding)
  return openUnpositioned(ownDescription(target, number, stats, binding), binding)
}

function nameOf(address: string, mode: StdioTarget['mode']): string {
  return address === '' ? (mode === 'r' ? '0' : '1') : address
}

/** @throws `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_BAD_OPTION` */
function numberOf({ address, mode, uri }: StdioTarget): number {
  const name = nameOf(address, mode)
  if (!/^[012]$/.test(name)) {
    throw new CamioError('ERR_CAMIO_BAD_URI', `${uri}: write stdio:, stdio:0, stdio:1 or stdio:2`, { uri })
  }
  if ((name === '0') === (mode === 'r')) return Number(name)
  const right = name === '0' ? 'r' : 'w'
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "mode" in ${uri}: stdio:${name} has mode=${right}`, { uri })
}

/** `camio cat < file`: whoever shares the descriptor finds its position where we have left it. */
function positioned({ uri, mode, init }: StdioTarget, fd: number, stats: Stats, binding: Binding | null): Stream {
  return new RegularStream(init(uri, featuresOf(mode, false, engineName(binding))), {
    fd,
    kind: kindOf(stats),
    io: binding === null ? nodeIo : new NativeIo(binding, stats.isFile() && stats.size === 0 && mode === 'r'),
    owned: false,
    offset: null,
    length: Infinity,
    append: false,
    syncAtEnd: false,
    follower: null,
  })
}

/**
 * O_NONBLOCK belongs to the description that the shell and our siblings use too: a pipe or terminal is opened anew. What cannot
 * be opened anew (a socket, another user's pipe) is used as it is, by calls that do not block.
 */
function ownDescription(
  { uri, mode, init }: StdioTarget,
  number: number,
  stats: Stats,
  binding: Binding | null,
): Unpositioned {
  const common = { stats, mode, uri, init }
  try {
    const access = mode === 'r' ? constants.O_RDONLY : constants.O_WRONLY
    return { ...common, fd: openSync(`/proc/self/fd/${number}`, access | CALM), how: How.PLAIN, owned: true }
  } catch {
    if (binding === null) return { ...common, fd: number, how: How.PLAIN, owned: false }
    return { ...common, fd: binding.duplicate(number), how: stats.isSocket() ? How.SOCKET : How.NOWAIT, owned: true }
  }
}
