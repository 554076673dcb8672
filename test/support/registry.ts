/**
 * A registry on loopback for tests that install as a user does: the packages of this repository as they would be published, and those
 * of its node_modules, so that nothing comes from outside. Packages are listed in the versions that are installed here, and only those.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
}

/** A package in one of its versions, and where it lies. */
interface Installed {
  readonly folder: string
  readonly manifest: Manifest
  readonly integrity: string | undefined
}

export class LocalRegistry {
  private readonly server: Server = createServer((request, response) => this.answer(request.url!, response))
  /** Of everything that is installed, as the lockfile has it. */
  private readonly locked: Readonly<Record<string, { readonly integrity?: string }>>

  /**
   * @param root of the repository
   * @param store an empty folder for tarballs
   * @param original says the hashes of what others published, where nobody wants the tarballs, which are packed anew here
   */
  constructor(
    private readonly root: string,
    private readonly store: string,
    private readonly original = false,
  ) {
    this.locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
  }

  stop(): void {
    this.server.close()
    this.server.closeAllConnections()
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`
  }

  /** `/@camio%2fcore` and `/@camio/core/-/0.1.0` */
  private answer(url: string, response: ServerResponse): void {
    const [name = '', version] = decodeURIComponent(url).slice(1).split('/-/')
    const installed = this.versionsOf(name)
    const wanted = installed.find(({ manifest }) => manifest.version === version)
    if (wanted) createReadStream(this.pack(wanted)).pipe(response)
    else if (version === undefined && installed.length > 0) response.end(this.describe(name, installed))
    else response.writeHead(404).end('{}')
  }

  private versionsOf(name: string): Installed[] {
    return Object.keys(this.locked)
      .filter((path) => path.endsWith(`node_modules/${name}`))
      .filter((path) => existsSync(join(this.root, path, 'package.json')))
      .map((path) => ({
        folder: realpathSync(join(this.root, path)),
        manifest: JSON.parse(readFileSync(join(this.root, path, 'package.json'), 'utf8')) as Manifest,
        integrity: this.original ? this.locked[path]!.integrity : undefined,
      }))
      .filter(({ manifest }) => manifest.name === name)
  }

  /** The first is the one that this repository itself uses. */
  private describe(name: string, installed: readonly Installed[]): string {
    const versions = installed.map(({ manifest, integrity }) => {
      const tarball = new URL(`${name}/-/${manifest.version}`, this.url).href
      return [manifest.version, { ...manifest, dist: { tarball, ...(integrity && { integrity }) } }]
    })
    const latest = installed[0]!.manifest.version
    return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) })
  }

  private pack({ folder, manifest: { name, version } }: Installed): string {
    const own = join(this.store, name, version)
    const made = () => readdirSync(own).map((file) => join(own, file))[0]!
    if (existsSync(own)) return made()
    mkdirSync(own, { recursive: true })
    // Ours as `npm publish` would; the others are as they were published, and compressing them would only take time.
    const others = ['-cf', join(own, 'package.tgz'), '--exclude', '*/node_modules']
    const [command, args] = name.startsWith('@camio/')
      ? ['npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', own, folder]]
      : ['tar', [...others, '-C', dirname(folder), basename(folder)]]
    const { status, stderr } = spawnSync(command as string, args as string[], { cwd: this.root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`cannot pack ${name}: ${stderr}`)
    return made()
  }
}
