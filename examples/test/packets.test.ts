// The examples that need network interfaces, between network namespaces.
import { type OpenOptions, open, type Stream } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import { cables, missing } from '../../packages/xdp/dist-test/namespaces.js'
import '@camio/xdp'
import { begun, example, run } from './program.js'

const between = missing === null ? test.serial : test.serial.skip
const why = missing === null ? '' : ` (${missing})`

function rooms(t: ExecutionContext): { a: string; b: string } {
  const { a, b, remove } = cables(2, 1500)
  t.teardown(remove)
  return { a, b }
}

async function opened(
  t: ExecutionContext,
  uri: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Stream> {
  const stream = await open(uri, options as OpenOptions)
  t.teardown(() => stream.close({ discard: true }))
  return stream
}

for (const scheme of ['packet', 'xdp'])
  between(`packets: what one sends over ${scheme}: another counts${why}`, async (t) => {
    const { a, b } = rooms(t)
    const filter = 'filter=ethertype:0x88b5'
    const counter = await begun(t, 'packets', ['count', `${scheme}:camio0?netns=${b}&${filter}`], 'counting')
    const { code, stdout, stderr } = await run(example('packets'), [
      'send',
      `${scheme}:camio0?netns=${a}`,
      '100',
      '500',
    ])
    t.is(code, 0, stderr)
    t.regex(stdout.toString(), /^sending on \w+:camio0\n(.*\n)*500 frames, 50000 bytes, 0 known to be lost\n$/)
    await new Promise((resolve) => setTimeout(resolve, 100))
    t.regex(await counter(), /500 frames, 50000 bytes, 0 known to be lost/)
  })

for (const [left, right, path] of [
  ['packet', 'packet', 'copy'],
  ['packet', 'xdp', 'copy'],
  ['xdp', 'xdp', 'hand-over'],
] as const)
  between(`bridge: ${left}: and ${right}:, both ways${why}`, async (t) => {
    const { a, b } = rooms(t)
    const uri = (scheme: string, i: number) =>
      `${scheme}:camio${i}?netns=${b}${scheme === 'xdp' ? '&share=bridge' : ''}`
    const bridge = await begun(t, 'bridge', [uri(left, 0), uri(right, 1)], 'bridging')
    const ends = [await opened(t, 'packet:camio0', { netns: a }), await opened(t, 'packet:camio1', { netns: a })]
    for (const [from, to] of [ends, ends.toReversed()] as Array<[Stream, Stream]>) {
      const frame = new Uint8Array(60).fill(0xff)
      frame.set([0x88, 0xb5, 42], 12)
      await from.write(frame)
      t.deepEqual((await to.read())!.slice(), frame)
      to.release()
    }
    const said = await bridge()
    t.regex(said, new RegExp(`^${left}:camio0 -> ${right}:camio1: 1 frames, 60 bytes, by ${path}$`, 'm'))
    t.regex(said, new RegExp(`^${right}:camio1 -> ${left}:camio0: 1 frames, 60 bytes, by ${path}$`, 'm'))
  })
