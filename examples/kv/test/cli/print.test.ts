// Answers as redis-cli shows them.
import test from 'ava'
import { printed } from '../../dist/cli/print.js'
import { type Reply, ReplyError } from '../../dist/client/index.js'

const bytes = (text: string): Buffer => Buffer.from(text)

const CASES: ReadonlyArray<readonly [Reply, people: string, raw: string, json: string]> = [
  ['OK', 'OK', 'OK', '"OK"'],
  [null, '(nil)', '', 'null'],
  [42, '(integer) 42', '42', '42'],
  [1n << 62n, '(integer) 4611686018427387904', '4611686018427387904', '"4611686018427387904"'],
  [1.5, '(double) 1.5', '1.5', '1.5'],
  [true, '(true)', 'true', 'true'],
  [bytes('a "b"\n'), '"a \\"b\\"\\n"', 'a "b"\n', '"a \\"b\\"\\n"'],
  [bytes('h\u00e9'), '"h\\xc3\\xa9"', 'h\u00e9', '"h\u00e9"'],
  [new ReplyError('ERR no'), '(error) ERR no', 'ERR no', '{"error":"ERR no"}'],
  [[], '(empty array)', '', '[]'],
  [[bytes('a'), null], '1) "a"\n2) (nil)', 'a\n', '["a",null]'],
  [[1, [2, 3]], '1) (integer) 1\n2) 1) (integer) 2\n   2) (integer) 3', '1\n2\n3', '[1,[2,3]]'],
  [new Map([[bytes('k'), 1]]), '1# "k" => (integer) 1', 'k\n1', '{"k":1}'],
  [new Map(), '(empty hash)', '', '{}'],
  [new Set([bytes('a')]), '1~ "a"', 'a', '["a"]'],
  [new Set<Reply>(), '(empty set)', '', '[]'],
]

for (const [i, [reply, people, raw, json]] of CASES.entries())
  test(`${i}: ${json}`, (t) => {
    t.is(printed(reply, 'people').toString(), `${people}\n`)
    t.is(printed(reply, 'raw').toString(), `${raw}\n`)
    t.is(printed(reply, 'json').toString(), `${json}\n`)
  })

test('bytes that are no text: as they are, and as base64', (t) => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  t.deepEqual(printed(all, 'raw').subarray(0, 256), all)
  t.deepEqual(JSON.parse(printed(all, 'json').toString()), { base64: all.toString('base64') })
  t.true(printed(all, 'people').toString().includes('\\x00\\x01'))
})

test('numbers of a long list stand below each other', (t) => {
  const lines = printed(
    Array.from({ length: 10 }, (_, i) => i),
    'people',
  )
    .toString()
    .split('\n')
  t.is(lines[0], ' 1) (integer) 0')
  t.is(lines[9], '10) (integer) 9')
})
