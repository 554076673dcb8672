/** The kernel's table of sockets, as text. */
import { endianness } from 'node:os'
import test from 'ava'
import { listening, receivers, sameForm } from '../dist/net/kernel-table.js'

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const line = (local: string, state: string, inode: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0`

const littleEndian = endianness() === 'LE' ? test : test.skip

littleEndian('addresses, ports and inodes of what listens, and of nothing else', (t) => {
  const table = [
    HEAD,
    line('0100007F:1B58', '0A', '11'),
    line('00000000:0050', '0A', '12'),
    line('0100007F:1B58', '01', '13'),
    line('00000000000000000000000001000000:1B59', '0A', '14'),
    line('00000000000000000000000000000000:1B5A', '0A', '15'),
    line('B80D0120000000000000000001000000:1B5B', '0A', '16'),
    line('0000000000000000FFFF00000100007F:1B5C', '0A', '17'),
    '',
    '   9: half a line',
  ].join('\n')
  t.deepEqual(listening(table), [
    { host: '127.0.0.1', port: 7000, inode: '11' },
    { host: '0.0.0.0', port: 80, inode: '12' },
    { host: '::1', port: 7001, inode: '14' },
    { host: '::', port: 7002, inode: '15' },
    { host: '2001:db8::1', port: 7003, inode: '16' },
    { host: '127.0.0.1', port: 7004, inode: '17' },
  ])
  t.deepEqual(listening(''), [])
})

test('one text for one address', (t) => {
  t.is(sameForm('0:0:0:0:0:0:0:1'), '::1')
  t.is(sameForm('::ffff:10.1.2.3'), '10.1.2.3')
  t.is(sameForm('::FFFF:0a01:0203'), '10.1.2.3')
  t.is(sameForm('fe80::1%eth0'), 'fe80::1%eth0')
  t.is(sameForm('10.1.2.3'), '10.1.2.3')
})

test('an own address comes before any address, IPv4’s any before IPv6’s', (t) => {
  const at = (host: string, inode: string) => ({ host, port: 7000, inode })
  const of = (host: string, ...sockets: ReturnType<typeof at>[]) =>
    receivers(sockets, { host, port: 7000 }).map(({ inode }) => inode)
  const [own, any4, any6] = [at('127.0.0.1', 'own'), at('0.0.0.0', 'any4'), at('::', 'any6')]
  t.deepEqual(of('127.0.0.1', any6, any4, own), ['own'])
  t.deepEqual(of('127.0.0.1', any6, any4), ['any4'])
  t.deepEqual(of('127.0.0.1', any6), ['any6'])
  t.deepEqual(of('::1', any4, any6), ['any6'])
  t.deepEqual(of('::1', any4), [])
  t.deepEqual(of('127.0.0.2', own), [])
  t.deepEqual(of('127.0.0.1', own, at('127.0.0.1', 'twin')), ['own', 'twin'])
  t.deepEqual(of('127.0.0.1', { ...own, port: 7001 }), [])
})
