// A copy of what is published, in a repository of its own, where versions can change without anybody seeing it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { publishedPackages, readJson, root } from '../packages.mjs'
import { capture, captureNode, tool } from '../run.mjs'
import { Stop } from '../say.mjs'

const LEFT_OUT = new Set(['node_modules', 'build', 'test', 'dist-test'])

export class Stage {
  constructor(folder) {
    this.folder = folder
  }

  /** As the working tree has it, with all the changesets that wait. */
  static async of(folder) {
    const stage = new Stage(folder)
    mkdirSync(folder)
    const manifest = readJson(root, 'package.json')
    const workspaces = publishedPackages().map((entry) => relative(root, entry.folder))
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, workspaces }, null, 2))
    cpSync(join(root, '.changeset'), join(folder, '.changeset'), { recursive: true })
    const config = { ...readJson(root, '.changeset', 'config.json'), ignore: [] }
    writeFileSync(join(folder, '.changeset', 'config.json'), JSON.stringify(config))
    for (const workspace of workspaces)
      cpSync(join(root, workspace), join(folder, workspace), {
        recursive: true,
        filter: (source) => !LEFT_OUT.has(basename(source)),
      })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    writeFileSync(join(folder, '.gitignore'), 'node_modules\ndist\nprebuilds\n')
    await stage.git('init', '--quiet', '--initial-branch=main')
    await stage.commit('as it is')
    return stage
  }

  /** What is published from here: folder, name, version. */
  packages() {
    return readJson(this.folder, 'package.json').workspaces.map((workspace) => {
      const folder = join(this.folder, workspace)
      return { folder, ...readJson(folder, 'package.json') }
    })
  }

  versions() {
    return Object.fromEntries(this.packages().map(({ name, version }) => [name, version]))
  }

  /** A change that users of one package notice. @param kind `patch`, `minor` or `major` */
  change(name, kind, what) {
    const file = join(this.folder, '.changeset', `rehearsed-${name.replace(/\W+/g, '-')}.md`)
    writeFileSync(file, `---\n"${name}": ${kind}\n---\n\n${what}\n`)
  }

  /** Turns the changesets that wait into versions and changelogs. @returns the versions that are new, by package */
  async version() {
    const before = this.versions()
    await this.must(captureNode([tool('@changesets/cli', 'changeset'), 'version'], { cwd: this.folder }))
    await this.commit('versions')
    return Object.fromEntries(Object.entries(this.versions()).filter(([name, version]) => before[name] !== version))
  }

  waiting() {
    return readdirSync(join(this.folder, '.changeset')).filter((file) => /\.md$/.test(file) && file !== 'README.md')
  }

  /** As the real release does it. @returns what was published, as `name@version` */
  async publish(env) {
    const command = captureNode([tool('@changesets/cli', 'changeset'), 'publish'], { cwd: this.folder, env })
    const output = await this.must(command)
    return [...output.matchAll(/New tag:\s+(\S+@\d\S*)/g)].map(([, release]) => release).sort()
  }

  changelog(name) {
    const found = this.packages().find((entry) => entry.name === name)
    const file = join(found.folder, 'CHANGELOG.md')
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  async commit(message) {
    await this.git('add', '--all')
    const author = ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@localhost', '-c', 'commit.gpgsign=false']
    await this.git(...author, 'commit', '--quiet', '--allow-empty', '--message', message)
  }

  git(...args) {
    return this.must(capture('git', args, { cwd: this.folder }))
  }

  async must(running) {
    const { code, output } = await running
    if (code !== 0) throw new Stop(output)
    return output
  }
}
