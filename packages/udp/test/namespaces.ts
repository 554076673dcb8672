/** Two network namespaces with a cable between them, for what one host's loopback cannot show. Root only. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'

/** Why they cannot be had, or `null`. */
export const missing: string | null = (() => {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  if (spawnSync('ip', ['-V']).status !== 0) return 'needs ip (iproute2)'
  const probe = `camio-probe-${process.pid}`
  const made = spawnSync('ip', ['netns', 'add', probe]).status === 0
  if (made) spawnSync('ip', ['netns', 'del', probe])
  return made ? null : 'needs network namespaces'
})()

export interface Cable {
  /** The namespaces' names; `a` has the addresses 10.77.0.1 and fd77::1, `b` 10.77.0.2, 10.77.0.3 and fd77::2, both on `camio0`. */
  readonly a: string
  readonly b: string
}

export function cable(t: ExecutionContext): Cable {
  const [a, b] = [`camio-a-${process.pid}`, `camio-b-${process.pid}`]
  const ip = (...words: string[]) => execFileSync('ip', words)
  t.teardown(() => {
    for (const name of [a, b]) spawnSync('ip', ['netns', 'del', name])
  })
  for (const name of [a, b]) ip('netns', 'add', name)
  ip('-n', a, 'link', 'add', 'camio0', 'type', 'veth', 'peer', 'name', 'camio0', 'netns', b)
  const addresses = [
    [a, '10.77.0.1/24', 'fd77::1/64'],
    [b, '10.77.0.2/24', '10.77.0.3/24', 'fd77::2/64'],
  ] as const
  for (const [name, ...list] of addresses) {
    for (const address of list) {
      ip('-n', name, 'addr', 'add', address, 'dev', 'camio0', ...(address.includes('::') ? ['nodad'] : ['brd', '+']))
    }
    for (const link of ['lo', 'camio0']) ip('-n', name, 'link', 'set', link, 'up')
    ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', 'camio0')
  }
  return { a, b }
}

const CORE = import.meta.resolve('@camio/core')
const UDP = import.meta.resolve('@camio/udp')

/** A program in a namespace, told and heard line by line. */
export class Inside {
  private readonly lines: string[] = []
  private readonly waiting: Array<(line: string) => void> = []
  private readonly child: ChildProcess
  private stderr = ''

  /** @param program an ES module that finds `open`, `listen`, and `say(line)`; it lives until the test is over */
  constructor(t: ExecutionContext, namespace: string, program: string) {
    const text = `import { open, listen } from '${CORE}'; import '${UDP}'
      const say = (line) => void process.stdout.write(line + '\\n')
      const words = async (stream, count = 1) => { for (let i = 0; i < count; i++) {
        const lease = await stream.read(); say(Buffer.from(lease) + ' from ' + stream.remote.host); stream.release() } }
      ${program}
      setInterval(() => {}, 1000)`
    this.child = spawn('ip', ['netns', 'exec', namespace, process.execPath, '--input-type=module', '-e', text])
    t.teardown(() => this.child.kill('SIGKILL'))
    this.child.stderr!.on('data', (chunk) => {
      this.stderr += chunk
    })
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.hear(line))
    this.child.on('close', () => this.hear(`ended: ${this.stderr}`))
  }

  private hear(line: string): void {
    const next = this.waiting.shift()
    if (next === undefined) this.lines.push(line)
    else next(line)
  }

  says(): Promise<string> {
    const line = this.lines.shift()
    return line === undefined ? new Promise((resolve) => this.waiting.push(resolve)) : Promise.resolve(line)
  }
}
