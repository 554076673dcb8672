// The layers of @camio/layers in the command's URIs, and replay:.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { binary, camio, folder } from './helpers.js'

test('a copy that is recorded, limited and teed; its recording is replayed', async (t) => {
  const content = binary(300_000)
  const cwd = folder(t, { in: content })
  const layers = 'record=wire.pcapng&rate=1GiB/s&tee=file:twice'
  t.like(await camio(['cat', `file:in?${layers}`, '-o', 'out'], { cwd }), { code: 0, stderr: '' })
  for (const name of ['out', 'twice']) t.true(readFileSync(join(cwd, name)).equals(content), name)
  const replay = await camio(['cat', 'replay:wire.pcapng?speed=max&framing=bytes'], { cwd })
  t.like(replay, { code: 0, stderr: '' })
  t.true(replay.stdout.equals(content))
})

test('what is wrong with a layer is said, and nothing is written', async (t) => {
  const cwd = folder(t, { in: 'x' })
  const { code, stderr } = await camio(['cat', 'file:in?rate=fast'], { cwd })
  t.not(code, 0)
  t.regex(stderr, /option "rate" is "fast", not a rate/)
})

test('a path that looks like one is a path', async (t) => {
  const cwd = folder(t, { 'in?rate=fast': 'as it is' })
  t.is((await camio(['cat', './in?rate=fast'], { cwd })).stdout.toString(), 'as it is')
})
