/** What the address of a URI means. */
import test from 'ava'
import { Flag, type PortName, parseName, RingMode } from '../dist/name.js'

const parse = (
  uri: string,
  options: { ring?: number; memory?: number } = {},
  mode: 'r' | 'w' | 'rw' = 'rw',
): PortName => {
  const [scheme, address] = [uri.slice(0, uri.indexOf(':')), uri.slice(uri.indexOf(':') + 1)]
  return parseName({ scheme, address, uri, mode, options: { ring: options.ring, memory: options.memory ?? 0 } })
}

const plain = { kind: 'card', ringMode: RingMode.ALL_NIC, ring: 0, flags: 0, memory: 0, mode: 'rw', monitor: false }

for (const [uri, differs] of Object.entries({
  'netmap:eth0': { name: 'eth0' },
  'netmap:eth0-2': { name: 'eth0', ringMode: RingMode.ONE_NIC, ring: 2 },
  'netmap:eth0^': { name: 'eth0', ringMode: RingMode.HOST },
  'netmap:eth0^1': { name: 'eth0', ringMode: RingMode.ONE_HOST, ring: 1 },
  'netmap:eth0*': { name: 'eth0', ringMode: RingMode.NIC_AND_HOST },
  'netmap:eth0-3/R': { name: 'eth0', ringMode: RingMode.ONE_NIC, ring: 3, flags: Flag.RX_ONLY, mode: 'r' },
  'netmap:eth0/T': { name: 'eth0', flags: Flag.TX_ONLY, mode: 'w' },
  'netmap:eth0^/x': { name: 'eth0', ringMode: RingMode.HOST, flags: Flag.EXCLUSIVE },
  'netmap:eth0/tz': { name: 'eth0', flags: Flag.MONITOR_TX | Flag.ZCOPY_MON, mode: 'r', monitor: true },
  'netmap:eth0/r@7': { name: 'eth0', flags: Flag.MONITOR_RX, memory: 7, mode: 'r', monitor: true },
  'netmap:veth-a': { name: 'veth-a' },
  'netmap:eth0.5-0': { name: 'eth0.5', ringMode: RingMode.ONE_NIC },
  'netmap:x{1': { name: 'x{1', kind: 'pipe' },
  'netmap:x}a_1': { name: 'x}a_1', kind: 'pipe' },
  'netmap:x{1-0': { name: 'x{1', kind: 'pipe', ringMode: RingMode.ONE_NIC },
  'netmap:vale0:1': { name: 'vale0:1', kind: 'switch' },
  'vale:0:1': { name: 'vale0:1', kind: 'switch' },
  'vale:sw:port@3': { name: 'valesw:port', kind: 'switch', memory: 3 },
  'netmap:vale0:a{x': { name: 'vale0:a{x', kind: 'pipe' },
  'vale:0:a}x': { name: 'vale0:a}x', kind: 'pipe' },
}))
  test(`${uri} is understood`, (t) => t.like(parse(uri), { ...plain, ...differs }))

test('options say the same as suffixes, and not both', (t) => {
  t.like(parse('netmap:eth0', { ring: 2 }), { ringMode: RingMode.ONE_NIC, ring: 2 })
  t.throws(() => parse('netmap:eth0-1', { ring: 1 }), { code: 'ERR_CAMIO_BAD_OPTION' })
  t.throws(() => parse('netmap:eth0@1', { memory: 1 }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

for (const uri of [
  'netmap:',
  'netmap:^',
  'netmap:eth0-4095',
  'netmap:eth0/q',
  'netmap:eth0/',
  'netmap:x{',
  'netmap:x{a-b-c}',
  'netmap:eth0@0',
  'netmap:eth0@70000',
  'netmap:eth0@conf:rings=2',
  'netmap:eth0@share:vale0:1',
  'netmap:a b',
  'netmap:vale0:1^',
  'netmap:vale0:1*',
  'netmap:vale0:abcdefghijklmnop',
  'netmap:foo:bar',
  'vale:0',
  'vale::1',
  'vale:0:',
  `netmap:${'x'.repeat(64)}`,
  'netmap:x{1^',
])
  test(`${uri} is refused`, (t) => {
    const error = t.throws(() => parse(uri), { code: 'ERR_CAMIO_BAD_URI' })
    t.true(error!.message.length < 400, error!.message)
  })

test('flags and mode may not say opposites', (t) => {
  for (const [uri, mode] of [
    ['netmap:e/R', 'w'],
    ['netmap:e/T', 'r'],
    ['netmap:e/t', 'w'],
  ] as const)
    t.throws(() => parse(uri, {}, mode), { code: 'ERR_CAMIO_BAD_URI' })
})
