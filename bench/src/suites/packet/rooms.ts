/** Two network namespaces of the suite's own, and cables between them. Root only. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import type { Program } from '../parts/programs.js'

/** The interfaces, named alike at both ends: what carries frames is silent, what carries datagrams has addresses. */
export const FRAMES = 'frames'
export const DATAGRAMS = 'datagrams'
/** Of the receiving end's `DATAGRAMS`. */
export const HOST = '10.66.0.2'
const SENDER_HOST = '10.66.0.1'

const RECEIVER = `camio-bench-r-${process.pid}`
const SENDER = `camio-bench-s-${process.pid}`

/** Why there can be no namespaces here, or `null`. */
export function roomsMissing(): string | null {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  return spawnSync('ip', ['-V']).status === 0 ? null : 'needs ip (iproute2)'
}

export const receiving = (program: Program): Program => inside(RECEIVER, program)
export const sending = (program: Program): Program => inside(SENDER, program)

const inside = (room: string, program: Program): Program =>
  'absent' in program ? program : ['ip', 'netns', 'exec', room, ...program]

const ip = (...words: string[]): Buffer => execFileSync('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] })

let made = false

/** Once a process: the cases share them. */
export function makeRooms(): void {
  if (made) return
  made = true
  sweep()
  // Also when the bench is interrupted.
  process.once('exit', removeRooms)
  for (const room of [RECEIVER, SENDER]) {
    ip('netns', 'add', room)
    // No chatter of the kernel's among the frames.
    for (const which of ['all', 'default'])
      ip('netns', 'exec', room, 'sysctl', '-qw', `net.ipv6.conf.${which}.disable_ipv6=1`)
  }
  for (const name of [FRAMES, DATAGRAMS]) connect(name)
  ip('-n', RECEIVER, 'address', 'add', `${HOST}/24`, 'dev', DATAGRAMS)
  ip('-n', SENDER, 'address', 'add', `${SENDER_HOST}/24`, 'dev', DATAGRAMS)
}

/** What a bench that was killed has left. */
function sweep(): void {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : []
  for (const name of names) {
    const pid = /^camio-bench-[rs]-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) spawnSync('ip', ['netns', 'del', name])
  }
}

function connect(name: string): void {
  ip('-n', RECEIVER, 'link', 'add', name, 'type', 'veth', 'peer', 'name', name, 'netns', SENDER)
  for (const room of [RECEIVER, SENDER]) ip('-n', room, 'link', 'set', name, 'up')
}

export function removeRooms(): void {
  if (!made) return
  made = false
  process.off('exit', removeRooms)
  for (const room of [RECEIVER, SENDER]) spawnSync('ip', ['netns', 'del', room])
}
