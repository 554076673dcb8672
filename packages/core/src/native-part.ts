/** A transport's native part, and the epoll of this thread behind it. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { CamioError } from './error.js'
import { type Loaded, loadNative } from './native.js'
import { Dispatcher, type SlotBinding } from './wait/dispatcher.js'

export interface NativeSockets<Binding extends SlotBinding> {
  readonly binding: Binding
  readonly dispatcher: Dispatcher
}

/** Nothing is loaded, and nothing opened, before it is needed: importing a transport costs neither, and fails of neither. */
export class NativePart<Binding extends SlotBinding> {
  private tried: Loaded<Binding> | undefined
  private made: NativeSockets<Binding> | undefined

  /**
   * @param owner the package's name
   * @param module the URL of one of its modules
   * @param root its folder, from there: where its own `node-gyp-build` looks
   * @param pollEvery of {@link Dispatcher}
   */
  constructor(
    private readonly owner: string,
    private readonly module: string,
    private readonly root: string,
    private readonly pollEvery = 1,
  ) {}

  /** The binding, or why there is none. */
  get loaded(): Loaded<Binding> {
    this.tried ??= loadNative(() => this.load(), this.owner)
    return this.tried
  }

  private load(): Binding {
    const build = createRequire(this.module)('node-gyp-build') as (folder: string) => Binding
    return build(fileURLToPath(new URL(this.root, this.module)))
  }

  /** @throws `ERR_CAMIO_UNAVAILABLE`, saying why; a system error when epoll cannot be had */
  socketsFor(uri: string): NativeSockets<Binding> {
    if (this.made !== undefined) return this.made
    const { binding, reason } = this.loaded
    if (binding === null) throw new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri}: ${reason}`, { uri })
    this.made = { binding, dispatcher: new Dispatcher(binding, this.pollEvery) }
    return this.made
  }
}
