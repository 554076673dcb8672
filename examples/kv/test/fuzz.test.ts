import test from 'ava'
import { fuzz } from './support/fuzz.js'
import { name } from './support/server.js'

// `node --expose-gc examples/kv/dist-test/long/fuzz.js` throws a million.
const INPUTS = 20_000

test(`${INPUTS} inputs that are nearly requests: no crash, and everybody else is served`, async (t) => {
  const { inputs } = await fuzz(`mem:${name()}`, INPUTS, 1)
  t.is(inputs, INPUTS)
})

test('the same over tcp, where they come in other pieces', async (t) => {
  const { inputs } = await fuzz('tcp://127.0.0.1:0', 2000, 2)
  t.is(inputs, 2000)
})
