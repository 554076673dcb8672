/** Cables between two interfaces of this host, veth(4), for netmap's emulated mode. Root only. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { standsIn } from './support.js'

function ip(...words: string[]): void {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

let count = 0

function make(): readonly [string, string] {
  const name = `nm${process.pid.toString(36)}${count++}`
  const [a, b] = [`${name}a`, `${name}b`]
  ip('link', 'add', a, 'type', 'veth', 'peer', 'name', b)
  for (const end of [a, b]) {
    // The host's own chatter would come between the tests' frames; what it does not finish (checksums, segments) the card would.
    if (existsSync(`/proc/sys/net/ipv6/conf/${end}`)) {
      writeFileSync(`/proc/sys/net/ipv6/conf/${end}/disable_ipv6`, '1')
    }
    spawnSync('ethtool', ['-K', end, 'tx', 'off', 'rx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off'])
    ip('link', 'set', end, 'up')
  }
  for (const end of [a, b]) waitUntilUp(end)
  return [a, b]
}

/** Until the kernel has taken note that there is a carrier it drops what is sent. */
function waitUntilUp(name: string): void {
  const end = performance.now() + 30_000
  while (readFileSync(`/sys/class/net/${name}/operstate`, 'latin1') !== 'up\n') {
    if (performance.now() > end) throw new Error(`${name} has no carrier`)
  }
}

/** Why they cannot be had, or `null`. */
export const missing: string | null = (() => {
  if (standsIn) return 'a stand-in has no cards: npm run test:netmap'
  if (process.getuid?.() !== 0) return 'needs root'
  if (spawnSync('ip', ['-V']).status !== 0) return 'needs ip (iproute2)'
  try {
    const [a] = make()
    ip('link', 'del', a)
    return null
  } catch {
    return 'needs the kernel module veth'
  }
})()

/** The two ends of a new cable, which is removed when the test is over. */
export function cable(t: ExecutionContext): readonly [string, string] {
  const [a, b] = make()
  // Registered before any stream on it, so it runs after their close: an interface that netmap has cannot be removed.
  t.teardown(() => void spawnSync('ip', ['link', 'del', a], { timeout: 10_000 }))
  return [a, b]
}

export function address(name: string, cidr: string): void {
  ip('addr', 'add', cidr, 'dev', name)
}
