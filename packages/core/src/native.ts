/** Loading a transport's native part, where there can be one. */

export interface Loaded<Binding> {
  readonly binding: Binding | null
  /** Why there is none. */
  readonly reason?: string
}

/**
 * Native parts are for Linux; elsewhere, and where none was built, a transport runs without or says why it cannot.
 * @param load finds and loads it (`node-gyp-build`); what it throws becomes the reason
 */
export function loadNative<Binding>(load: () => Binding): Loaded<Binding> {
  const { platform } = process
  if (platform !== 'linux') return { binding: null, reason: `the native engine is for Linux, this is ${platform}` }
  // Lets tests and users run without it, as on a platform that has none.
  if (process.env.CAMIO_NATIVE === '0') return { binding: null, reason: 'CAMIO_NATIVE=0 is set' }
  try {
    return { binding: load() }
  } catch (error) {
    return { binding: null, reason: `the native part cannot be loaded: ${(error as Error).message}` }
  }
}
