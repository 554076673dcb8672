// The examples that need network interfaces, over pipes and switches of netmap's, for which a stand-in stands in.
import test from 'ava'
import { missing, standIn } from '../../packages/netmap/dist-test/stand-in.js'
import { begun, example, run } from './program.js'

const why = missing === null ? '' : ` (${missing})`

;(missing === null ? test.serial : test.serial.skip)(
  `packets and bridge: from a pipe through a bridge to a switch, and between two pipes without a copy${why}`,
  async (t) => {
    const { env, remove } = standIn()
    t.teardown(remove)
    const cross = async (ends: readonly [from: string, left: string, right: string, to: string], path: string) => {
      const [from, left, right, to] = ends
      const counter = await begun(t, 'packets', ['count', to], 'counting', env)
      const bridge = await begun(t, 'bridge', [left, right], 'bridging', env)
      const sent = await run(example('packets'), ['send', from, '100', '500'], undefined, env)
      t.is(sent.code, 0, sent.stderr)
      t.regex(sent.stdout.toString(), /500 frames, 50000 bytes, 0 known to be lost\n$/)
      await new Promise((resolve) => setTimeout(resolve, 200))
      const said = await bridge()
      t.true(said.includes(`${left} -> ${right}: 500 frames, 50000 bytes, by ${path}\n`), said)
      t.regex(await counter(), /500 frames, 50000 bytes, 0 known to be lost/)
    }
    await cross(['netmap:x{1', 'netmap:x}1', 'vale:s:a', 'vale:s:b'], 'copy')
    await cross(['netmap:y{1', 'netmap:y}1', 'netmap:y{2', 'netmap:y}2'], 'hand-over')
  },
)
