/** Loading a transport's native part, where there can be one. */
import { missingFlag } from './permission.js'

export interface Loaded<Binding> {
  readonly binding: Binding | null
  /** Why there is none. */
  readonly reason?: string
}

/**
 * Native parts are for Linux; elsewhere, and where none was built, a transport runs without or says why it cannot.
 * @param load finds and loads it (`node-gyp-build`); what it throws becomes the reason
 * @param owner the package's name, for the sentence that says how to get one
 */
export function loadNative<Binding>(load: () => Binding, owner = 'the package'): Loaded<Binding> {
  const { platform, versions } = process
  // They have Node-API but not libuv: what a native part waits with would end the process.
  for (const runtime of ['bun', 'deno'])
    if (versions[runtime] !== undefined)
      return { binding: null, reason: `the native engine needs Node's event loop, this is ${runtime}` }
  if (platform !== 'linux') return { binding: null, reason: `the native engine is for Linux, this is ${platform}` }
  // Lets tests and users run without it, as on a platform that has none.
  if (process.env.CAMIO_NATIVE === '0') return { binding: null, reason: 'CAMIO_NATIVE=0 is set' }
  try {
    return { binding: load() }
  } catch (error) {
    return { binding: null, reason: whyNot(error as NodeJS.ErrnoException, owner) }
  }
}

function whyNot(error: NodeJS.ErrnoException, owner: string): string {
  const flag = missingFlag(error)
  if (flag !== null) return `the native part cannot be loaded: node runs with --permission and without ${flag}`
  return `${whatIsWrong(error, owner)}; with a C++20 compiler, make and python3: npm rebuild ${owner} --ignore-scripts=false`
}

function whatIsWrong({ message }: Error, owner: string): string {
  // As node-gyp-build says it, in several lines of which the user needs this much.
  const wanted = /^No native build was found for (.+)/.exec(message)?.[1]
  if (wanted !== undefined)
    return `no prebuilt native part of ${owner} fits this machine (${wanted}), and none was compiled`
  return `the native part cannot be loaded: ${message}`
}
