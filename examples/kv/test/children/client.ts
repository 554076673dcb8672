/** A client that is killed: `node client.js MODE URI`. Says "ready" and stays. */
import '@camio/shm'
import '@camio/tcp'
import { encode, Wire } from '../support/wire.js'

const [mode, uri] = process.argv.slice(2) as [string, string]

async function main(): Promise<void> {
  const wire = await Wire.open(uri)
  await wire.ask('SET', 'alive', mode)
  if (mode === 'half') await wire.stream.write(encode(['SET', 'alive', 'never']).subarray(0, -2))
  if (mode === 'large') await wire.stream.write(Buffer.from('*3\r\n$3\r\nSET\r\n$5\r\nalive\r\n$100000000\r\nbegins'))
  if (mode === 'subscriber') await wire.ask('SUBSCRIBE', 'news')
  // More answers than anything between us holds, and nobody reads them.
  if (mode === 'greedy') void flood(wire)
  else await wire.stream.flush()
  console.log('ready')
  setInterval(() => {}, 1000)
}

async function flood(wire: Wire): Promise<void> {
  for (;;) await wire.send('GET', 'big')
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
