/** `congestion=`: which congestion control a socket runs, as the system itself tells. */
import '@camio/tcp'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { listen, open } from '@camio/core'
import test from 'ava'
import { congestionOf } from './congestion-of.js'
import { listenFor, pair } from './pairs.js'
import { LOOPBACK } from './places.js'

const native = { engine: 'native' } as const
const system = readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim()
for (const uri of [LOOPBACK, 'tcp://[::1]:0', 'tcp://127.0.0.77:0']) {
  test.serial(`auto: neither end is paced at ${uri}`, async (t) => {
    const { near, far } = await pair(t, uri, native)
    t.is(congestionOf(near), 'reno')
    t.is(congestionOf(far), 'reno')
  })
}

test.serial('system: both ends run what the system names', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, { ...native, congestion: 'system' })
  t.is(congestionOf(near), system)
  t.is(congestionOf(far), system)
})

test.serial('a name: accepted streams have it from their listener, each end its own', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, { ...native, congestion: 'reno' }, { ...native, congestion: 'system' })
  t.is(congestionOf(near), system)
  t.is(congestionOf(far), 'reno')
})

test.serial('a name that the system does not have is ERR_CAMIO_UNAVAILABLE and names the option', async (t) => {
  const { uri } = await listenFor(t, LOOPBACK, native)
  const expected = { code: 'ERR_CAMIO_UNAVAILABLE', message: /congestion=nothing/ }
  await t.throwsAsync(open(`${uri}?congestion=nothing`, native), expected)
  await t.throwsAsync(listen(`${LOOPBACK}?congestion=nothing`, native), expected)
})

test.serial('what can be no name is ERR_CAMIO_BAD_OPTION', async (t) => {
  for (const name of ['', 'no spaces', 'longer-than-the-system-allows'])
    await t.throwsAsync(listen(LOOPBACK, { ...native, congestion: name }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

test.serial('the node engine takes auto and system, and refuses a name', async (t) => {
  for (const congestion of ['auto', 'system']) await pair(t, LOOPBACK, { engine: 'node', congestion })
  await t.throwsAsync(listen(LOOPBACK, { engine: 'node', congestion: 'reno' }), { code: 'ERR_CAMIO_UNSUPPORTED' })
})

const ADDRESS = '198.51.100.7'
const OWN = `ip link set lo up && ip address add ${ADDRESS}/32 dev lo`

/** In a network namespace of its own no traffic can leave; where none is to be had there is no such address either. */
const isolated = spawnSync('unshare', ['-rn', 'sh', '-c', OWN]).status === 0 ? test.serial : test.serial.skip

isolated('auto: an address of this host that is no loopback address is not paced either', (t) => {
  const program = fileURLToPath(new URL('own-address.js', import.meta.url))
  const command = ['-rn', 'sh', '-c', `${OWN} && exec "$@"`, 'sh', process.execPath, program, ADDRESS]
  const { stdout } = spawnSync('unshare', command, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  t.deepEqual(JSON.parse(stdout), { near: 'reno', far: 'reno' })
})
