/** Without the native part, as on a platform that has none. */
import { execFileSync } from 'node:child_process'
import test from 'ava'

const CORE = import.meta.resolve('@camio/core')
const UDP = import.meta.resolve('@camio/udp')

test('node:dgram takes over, and says so; the native engine by name is a typed error', (t) => {
  const program = `
    import { open, registry } from '${CORE}'
    import '${UDP}'
    const { engine, reason } = registry.driver('udp').available()
    const stream = await open('udp://:0?bind=127.0.0.1')
    const native = await open('udp://:0?engine=native').catch((error) => error)
    console.log(JSON.stringify({ engine, reason, runs: stream.features.engine, code: native.code, message: native.message }))
    await stream.close()`
  const env = { ...process.env, CAMIO_NATIVE: '0' }
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { env })
  const { engine, reason, runs, code, message } = JSON.parse(said.toString()) as Record<string, string>
  t.is(engine, 'node')
  t.is(runs, 'node')
  t.regex(reason!, /node:dgram.*CAMIO_NATIVE=0/)
  t.is(code, 'ERR_CAMIO_UNAVAILABLE')
  t.regex(message!, /CAMIO_NATIVE=0/)
})
