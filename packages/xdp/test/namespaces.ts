/** Two network namespaces with cables between them. Root only. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'

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

export function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

interface Rooms {
  /** The namespaces' names; each has the interfaces `camio0`, `camio1`, ..., the ends of one cable being named alike. */
  readonly a: string
  readonly b: string
}

let rooms = 0

/** What a test process that was killed (a time-out) has left. */
function sweep(): void {
  for (const name of readdirSync('/run/netns')) {
    const pid = /^camio-[ab]-(\d+)-/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync('ip', ['netns', 'del', name])
  }
}

/** @param mtu of every interface @returns the namespaces, and what removes them */
export function cables(count: number, mtu: number): Rooms & { remove(): void } {
  const tag = `${process.pid}-${rooms++}`
  const [a, b] = [`camio-a-${tag}`, `camio-b-${tag}`]
  const remove = () => {
    for (const name of [a, b]) spawnSync('ip', ['netns', 'del', name])
    process.off('exit', remove)
  }
  if (rooms === 1) sweep()
  // Whatever becomes of the tests, the namespaces go.
  process.once('exit', remove)
  for (const name of [a, b]) ip('netns', 'add', name)
  // No chatter of IPv6 among the frames that the tests count.
  for (const name of [a, b]) {
    ip(
      'netns',
      'exec',
      name,
      'sysctl',
      '-qw',
      'net.ipv6.conf.all.disable_ipv6=1',
      'net.ipv6.conf.default.disable_ipv6=1',
    )
  }
  for (let i = 0; i < count; i++) cable(a, b, `camio${i}`, mtu)
  return { a, b, remove }
}

export function cable(a: string, b: string, name: string, mtu = 1500, queues = 1): void {
  const each = ['mtu', `${mtu}`, 'numtxqueues', `${queues}`, 'numrxqueues', `${queues}`]
  ip('-n', a, 'link', 'add', name, ...each, 'type', 'veth', 'peer', 'name', name, ...each, 'netns', b)
  for (const namespace of [a, b]) ip('-n', namespace, 'link', 'set', name, 'up')
  for (const namespace of [a, b]) waitUntilUp(namespace, name)
}

/** Until the kernel has taken note that there is a carrier it drops what is sent. */
function waitUntilUp(namespace: string, name: string): void {
  let shown = ''
  while (!shown.includes('state UP')) {
    // It complains of peers in namespaces that are being removed meanwhile, of other tests.
    const { status, stdout } = spawnSync('ip', ['-n', namespace, 'link', 'show', name])
    if (status !== 0) throw new Error(`${name} is gone`)
    shown = String(stdout)
  }
}
