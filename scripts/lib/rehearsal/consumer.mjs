// Somebody's project: an empty folder, into which packages are installed from the registry, and whose programs run.
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { captureNpm } from '../npm.mjs'
import { capture, captureNode, tool } from '../run.mjs'
import { Stop, say } from '../say.mjs'

const PROGRAMS = join(import.meta.dirname, 'programs')

export class Consumer {
  constructor(folder, env) {
    this.folder = folder
    this.env = env
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
    for (const program of readdirSync(PROGRAMS)) copyFileSync(join(PROGRAMS, program), join(folder, program))
  }

  /** @param options for npm, or an `env` beside the own one */
  npmInstall(packages, { options = [], env = {} } = {}) {
    const args = ['install', ...options, ...packages]
    return this.timed(`npm ${args.join(' ')}`, captureNpm(args, { cwd: this.folder, env: { ...this.env, ...env } }))
  }

  pnpmAdd(packages, { options = [] } = {}) {
    const args = ['add', ...options, ...packages]
    const command = captureNode([tool('pnpm'), ...args], { cwd: this.folder, env: this.env, network: true })
    return this.timed(`pnpm ${args.join(' ')}`, command)
  }

  async timed(what, running) {
    const started = performance.now()
    const { code, output } = await running
    if (code !== 0) throw new Stop(`${output}\n${what} failed in ${this.folder}: see above.`)
    say(`${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`)
    return output
  }

  /** Runs one of the programs. @returns exit code and output */
  run(args, env = {}) {
    return captureNode(args, { cwd: this.folder, env: { ...this.env, ...env } })
  }

  async stdout(args, env) {
    const { code, output } = await this.run(args, env)
    if (code !== 0) throw new Stop(`${output}\nnode ${args.join(' ')} failed in ${this.folder}: see above.`)
    return output
  }

  command(name, args, env = {}) {
    return capture(name, args, { cwd: this.folder, env: { ...this.env, ...env } })
  }

  /** The packages of the scope that are here, wherever the client put them. */
  installed() {
    const found = new Set()
    const hidden = join(this.folder, 'node_modules', '.pnpm')
    const places = existsSync(hidden) ? readdirSync(hidden).map((name) => join(hidden, name)) : [this.folder]
    for (const place of places) {
      const scope = join(place, 'node_modules', '@camio')
      if (existsSync(scope)) for (const name of readdirSync(scope)) found.add(name)
    }
    return [...found].sort()
  }

  /** Those of them in which something was compiled. */
  compiled() {
    return this.installed().filter((name) => {
      const link = join(this.folder, 'node_modules', '@camio', name)
      return existsSync(link) && existsSync(join(realpathSync(link), 'build'))
    })
  }
}
