// What TypeScript knows of each scheme's options: checked by the compiler when this file is built; the test only says that it was.
import type { ListenOptions, OpenOptions, SchemeOptions } from '@camio/core'
import type {} from '@camio/file'
import type {} from '@camio/layers'
import type {} from '@camio/mem'
import type {} from '@camio/netmap'
import type {} from '@camio/shm'
import type {} from '@camio/tcp'
import type {} from '@camio/timer'
import type {} from '@camio/udp'
import type {} from '@camio/xdp'
import test from 'ava'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Takes<U extends string, Given> = Given extends OpenOptions<U> ? true : false
function holds<_T extends true>(): void {}
function fails<_T extends false>(): void {}

test('every scheme has its options', (t) => {
  type OfSockets = 'tcp' | 'tls' | 'unix' | 'udp'
  type OfLinks = 'packet' | 'xdp' | 'netmap' | 'vale'
  type Others = 'file' | 'stdio' | 'mmap' | 'mem' | 'shm' | 'timer' | 'replay'
  holds<Equal<keyof SchemeOptions, OfSockets | OfLinks | Others>>()
  t.pass()
})

test('each scheme takes its own options, in their types, and core’s', (t) => {
  holds<Takes<'shm:x', { capacity: '4MiB'; policy: 'drop-oldest'; mode: 'r'; maxLease: 4096 }>>()
  fails<Takes<'shm:x', { policy: 'drop-newest' }>>()
  holds<Takes<'tcp://h:1', { nodelay: true; connectTimeout: '2s'; frame: 'varint' }>>()
  fails<Takes<'tcp://h:1', { nodelay: 1 }>>()
  fails<Takes<'tcp://h:1', { frame: 'u24' }>>()
  holds<Takes<'tls://h:1', { ca: string }>>()
  holds<Takes<'udp://h:1', { engine: 'node'; ttl: 1; ecn: 'ect0' }>>()
  fails<Takes<'udp://h:1', { engine: 'rust' }>>()
  holds<Takes<'packet:eth0', { promisc: true; latency: '2ms' }>>()
  fails<Takes<'packet:eth0', { promisc: 'yes' }>>()
  holds<Takes<'xdp:eth0', { queue: 1; attach: 'skb'; share: 'bridge' }>>()
  fails<Takes<'xdp:eth0', { attach: 'hardware' }>>()
  holds<Takes<'timer:100ms', { ticks: 3; at: '2030-01-31' }>>()
  fails<Takes<'timer:100ms', { ticks: 'three' | true }>>()
  t.pass()
})

test('an option of another scheme is none of this one’s', (t) => {
  fails<'nodelay' extends keyof OpenOptions<'shm:x'> ? true : false>()
  fails<'capacity' extends keyof OpenOptions<'tcp://h:1'> ? true : false>()
  fails<'queue' extends keyof OpenOptions<'packet:eth0'> ? true : false>()
  fails<'ticks' extends keyof OpenOptions<'mem:x'> ? true : false>()
  t.pass()
})

test('candidates take the options of all their schemes, each right for all', (t) => {
  type Near = 'shm:kv' | 'tcp://h:1'
  holds<Takes<Near, { capacity: '1MiB'; nodelay: true }>>()
  fails<Takes<Near, { capacity: '1MiB'; nodelay: 1 }>>()
  // Both have `engine`, with the same words.
  holds<Takes<'tcp://h:1' | 'udp://h:1', { engine: 'native' }>>()
  holds<{ capacity: '1MiB'; backlog: 8 } extends ListenOptions<Near> ? true : false>()
  fails<'prefer' extends keyof ListenOptions<Near> ? true : false>()
  t.pass()
})
