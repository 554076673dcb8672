/** Another program, tshark, sees what is sent. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import test from 'ava'
import { missing } from './namespaces.js'
import { frame, opened, rooms, SCHEMES, tagged, udpFrame, why } from './support.js'

const absent = missing ?? (spawnSync('tshark', ['--version']).status === 0 ? null : 'needs tshark')
const between = absent === null ? test.serial : test.serial.skip

const FIELDS = ['frame.len', 'eth.type', 'vlan.id', 'vlan.etype', 'udp.dstport']

async function watch(netns: string): Promise<ChildProcess> {
  const fields = FIELDS.flatMap((field) => ['-e', field])
  const command = ['tshark', '-lni', 'camio0', '-T', 'fields', '-E', 'separator=,', ...fields]
  const child = spawn('ip', ['netns', 'exec', netns, ...command])
  // It says so when it listens.
  for await (const [text] of on(child)) if (/Capturing on/.test(String(text))) break
  return child
}

const on = (child: ChildProcess) => ({
  async *[Symbol.asyncIterator]() {
    for (;;) yield await once(child.stderr!, 'data')
  },
})

for (const scheme of SCHEMES)
  between(
    `${scheme}: tshark at the other end sees length, type, VLAN and port${absent === null ? '' : why || ` (${absent})`}`,
    async (t) => {
      const { a, b } = rooms(t)
      const near = await opened(t, scheme, a, { mode: 'w' })
      const child = await watch(b)
      t.teardown(() => child.kill())
      const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
      const wanted = ['60,0x88b5,,,', '1518,0x8100,42,0x88b5,', '64,0x0800,,,7000', '84,0x86dd,,,7000']
      const seen = new Set<string>()
      // tshark may miss what comes just when it begins.
      const sending = setInterval(() => {
        for (const bytes of [frame(60), tagged(frame(1514), 42), udpFrame(7000), udpFrame(7000, 6)])
          near.tryWrite(bytes)
      }, 100)
      t.teardown(() => clearInterval(sending))
      while (seen.size < wanted.length) seen.add((await lines.next()).value as string)
      t.deepEqual([...seen].sort(), wanted.sort())
    },
  )
