// Answers of every kind, wherever they are cut, and anything else that a server may send.
import { isCamioError } from '@camio/core'
import test from 'ava'
import fc from 'fast-check'
import { Form, ReplyError, ReplyReader } from '../../dist/client/index.js'
import { Collector, readInPieces, type Told } from './collect.js'

const read = (text: string, form: Form = Form.TEXT): Told[] => readInPieces(Buffer.from(text), [], form)
const one = (text: string): unknown => read(text)[0]?.[1]

test('every kind of RESP2 and RESP3', (t) => {
  t.is(one('+OK\r\n'), 'OK')
  t.is(one('+Background saving\r\n'), 'Background saving')
  t.is(one(':42\r\n'), 42)
  t.is(one(':-42\r\n'), -42)
  t.is(one(':+42\r\n'), 42)
  t.is(one(':9223372036854775807\r\n'), 9223372036854775807n)
  t.is(one(':-9223372036854775808\r\n'), -9223372036854775808n)
  t.is(one('$5\r\nhello\r\n'), 'hello')
  t.is(one('$0\r\n\r\n'), '')
  t.is(one('$6\r\nh\u00e4\u20ac\r\n'), 'h\u00e4\u20ac')
  t.is(one('$-1\r\n'), null)
  t.is(one('*-1\r\n'), null)
  t.is(one('_\r\n'), null)
  t.is(one('#t\r\n'), true)
  t.is(one('#f\r\n'), false)
  t.is(one(',1.5\r\n'), 1.5)
  t.is(one(',-1e3\r\n'), -1000)
  t.is(one(',inf\r\n'), Infinity)
  t.is(one(',-inf\r\n'), -Infinity)
  t.is(one(',nan\r\n'), NaN)
  t.is(one('(3492890328409238509324850943850943825024385\r\n'), 3492890328409238509324850943850943825024385n)
  t.is(one('=15\r\ntxt:Some string\r\n'), 'Some string')
  t.deepEqual(one('*0\r\n'), [])
  t.deepEqual(one('*3\r\n:1\r\n*2\r\n+a\r\n_\r\n$1\r\nb\r\n'), [1, ['a', null], 'b'])
  t.deepEqual(
    one('%2\r\n+a\r\n:1\r\n+b\r\n*0\r\n'),
    new Map<unknown, unknown>([
      ['a', 1],
      ['b', []],
    ]),
  )
  t.deepEqual(one('%0\r\n'), new Map())
  t.deepEqual(one('~2\r\n+a\r\n+b\r\n'), new Set(['a', 'b']))
})

test('errors: as the answer, and inside one', (t) => {
  t.deepEqual(read('-WRONGTYPE no\r\n!8\r\nERR a\r\nb\r\n'), [
    ['error', 'WRONGTYPE no'],
    ['error', 'ERR a\r\nb'],
  ])
  const [inside] = one('*1\r\n-ERR x\r\n') as ReplyError[]
  t.true(inside instanceof ReplyError)
  t.is(inside!.kind, 'ERR')
  t.is(inside!.message, 'ERR x')
})

test('what is pushed comes out of turn, as bytes; attributes are passed over', (t) => {
  const told = read('>2\r\n+message\r\n$2\r\nhi\r\n|1\r\n+ttl\r\n:3\r\n+OK\r\n')
  t.deepEqual(told, [
    ['push', ['message', Buffer.from('hi')]],
    ['reply', 'OK'],
  ])
})

test('an attribute within an aggregate is no element', (t) => {
  t.deepEqual(one('*2\r\n|1\r\n+a\r\n+b\r\n:1\r\n:2\r\n'), [1, 2])
})

test('bulk strings as they are wanted', (t) => {
  t.deepEqual(read('$2\r\nhi\r\n', Form.BYTES), [['reply', Buffer.from('hi')]])
  t.deepEqual(read('$2\r\nhi\r\n', Form.PLACE), [['place', 'hi']])
  t.deepEqual(read('*1\r\n$2\r\nhi\r\n', Form.PLACE), [['reply', [Buffer.from('hi')]]])
  t.deepEqual(read('$-1\r\n', Form.PLACE), [['reply', null]])
})

test('a string is lent where it lies: no copy', (t) => {
  const lease = Buffer.from('$5\r\nhello\r\n')
  const seen: ArrayBufferLike[] = []
  const sink = new (class extends Collector {
    override place(bytes: Uint8Array): void {
      seen.push(bytes.buffer)
    }
  })(Form.PLACE)
  new ReplyReader(sink).read(lease, 0, lease.length)
  t.is(seen[0], lease.buffer)
})

test('a large string does not need a lease that holds it', (t) => {
  const value = Buffer.alloc(300_000, 'abcdefg')
  const bytes = Buffer.concat([Buffer.from(`+OK\r\n$${value.length}\r\n`), value, Buffer.from('\r\n:1\r\n')])
  for (const form of [Form.TEXT, Form.BYTES, Form.PLACE]) {
    const sink = new Collector(form)
    const reader = new ReplyReader(sink)
    // Every piece is taken as a whole: nothing of the string is offered twice.
    t.is(reader.read(bytes, 0, 100_000), 100_000)
    t.false(reader.idle)
    t.is(reader.read(bytes, 100_000, 200_000), 200_000)
    t.is(reader.read(bytes, 200_000, bytes.length), bytes.length)
    t.true(reader.idle)
    t.is(sink.told.length, 3)
    t.is(Buffer.from(sink.told[1]![1] as string).compare(value), 0)
  }
})

const corrupt = [
  'x\r\n', // no such kind
  '\r\n',
  ':\r\n',
  ':1x\r\n',
  ':--1\r\n',
  ':1\rx',
  `:${'1'.repeat(30)}`, // endless digits
  '$-2\r\n',
  '$1\r\nab\r\n', // longer than it says
  '$x\r\n',
  '*99999999999\r\n',
  '+a\rb\r\n',
  '#x\r\n',
  ',one\r\n',
  '(1.5\r\n',
  '_x\r\n',
  '*1\r\n'.repeat(40), // too deep
  '*1\r\n>1\r\n+a\r\n', // a push inside
  `+${'a'.repeat(70_000)}`, // a line without an end
]

for (const [i, text] of corrupt.entries())
  test(`refused: ${i} ${JSON.stringify(text.slice(0, 20))}`, (t) => {
    t.is(t.throws(() => read(text), { message: /no answer of the Redis protocol/ })?.name, 'CamioError')
  })

test('a string beyond the limit is refused before it is allocated', (t) => {
  t.throws(() => read('$536870913\r\n'), { code: 'ERR_CAMIO_TOO_LARGE' })
  const reader = new ReplyReader(new Collector(), { maxString: 10 })
  t.throws(() => reader.read(Buffer.from('$11\r\n'), 0, 5), { code: 'ERR_CAMIO_TOO_LARGE' })
})

test('a number of elements allocates nothing', (t) => {
  t.notThrows(() => read('*2147483647\r\n%1000000000\r\n'))
})

// ---------------------------------------------------------------------------------------------------- any answer, any cut

type Node = { readonly wire: string; readonly value: unknown }
const line = (kind: string, text: string): string => `${kind}${text}\r\n`
const bulk = (text: string): Node => ({ wire: `$${Buffer.byteLength(text)}\r\n${text}\r\n`, value: text })

const scalar: fc.Arbitrary<Node> = fc.oneof(
  fc.integer().map((value) => ({ wire: line(':', String(value)), value })),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => bulk(text)),
  fc.integer({ min: 0, max: 70_000 }).map((length) => bulk('z'.repeat(length))),
  fc.boolean().map((value) => ({ wire: line('#', value ? 't' : 'f'), value })),
  fc.constant({ wire: '_\r\n', value: null }),
  fc.constant({ wire: '+OK\r\n', value: 'OK' }),
)

const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie('tree'), { maxLength: 5 }).map((nodes) => ({
      wire: `*${nodes.length}\r\n${nodes.map(({ wire }) => wire).join('')}`,
      value: nodes.map(({ value }) => value),
    })),
  ),
}))

test('any answers, cut anywhere, are the same answers', (t) => {
  fc.assert(
    fc.property(
      fc.array(tree, { maxLength: 6 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (nodes, places) => {
        const bytes = Buffer.from(nodes.map(({ wire }) => wire).join(''))
        const cuts = places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b)
        const told = readInPieces(bytes, cuts)
        t.deepEqual(
          told.map(([, value]) => value),
          nodes.map(({ value }) => value),
        )
      },
    ),
    { numRuns: 300 },
  )
})

const noise = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(fc.constantFrom(...'+-:$*%~>|_#,(!=0123456789\r\n\r\n\r\nat'), { maxLength: 60 })
    .map((characters) => Uint8Array.from(Buffer.from(characters.join('')))),
)

test('anything at all is read or refused, and never read beyond its end', (t) => {
  fc.assert(
    fc.property(
      noise,
      fc.array(fc.nat({ max: 60 })),
      fc.constantFrom(Form.TEXT, Form.BYTES, Form.PLACE),
      (bytes, at, form) => {
        const cuts = at.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b)
        const whole = outcome(() => readInPieces(bytes, [], form))
        const pieces = outcome(() => readInPieces(bytes, cuts, form))
        t.deepEqual(pieces, whole)
      },
    ),
    { numRuns: 20_000 },
  )
})

function outcome(run: () => Told[]): unknown {
  try {
    return run()
  } catch (error) {
    if (!isCamioError(error)) throw error
    return error.code
  }
}
