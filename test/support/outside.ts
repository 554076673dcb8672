/** A folder outside of the repository, with npm set to the registry of the tests: what a stranger's machine has. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalRegistry } from './registry.js'
import { type Said, shell } from './shell.js'

/** What npm said to the process that runs the tests, and what makes Node start slowly. */
const NOT_HANDED_ON = /^(npm_|CAMIO_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$)/i

export class Outside {
  readonly folder = mkdtempSync(join(tmpdir(), 'camio-outside-'))
  private readonly registry: LocalRegistry

  /** @param original see {@link LocalRegistry} */
  constructor(root: string, original = false) {
    this.registry = new LocalRegistry(root, mkdtempSync(join(this.folder, 'registry-')), original)
  }

  /** Where packages come from. */
  get url(): string {
    return this.registry.url
  }

  async start(): Promise<void> {
    await this.registry.start()
    const settings = {
      registry: this.url,
      // Of a machine that reaches others through a proxy.
      noproxy: '127.0.0.1',
      cache: join(this.folder, 'cache'),
      audit: false,
      fund: false,
      'update-notifier': false,
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(this.npmrc, lines.join(''))
  }

  remove(): void {
    this.registry.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private get npmrc(): string {
    return join(this.folder, 'npmrc')
  }

  /** @param cwd below the folder */
  run(commands: string, cwd = '.'): Promise<Said> {
    const clean = Object.entries(process.env).filter(([name]) => !NOT_HANDED_ON.test(name))
    const env = { ...Object.fromEntries(clean), npm_config_userconfig: this.npmrc }
    return shell(commands, join(this.folder, cwd), env)
  }
}
