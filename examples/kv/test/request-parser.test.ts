import test from 'ava'
import * as fc from 'fast-check'
import { Assembly } from '../dist/resp/assembly.js'
import { splitWords } from '../dist/resp/inline.js'
import { BROKEN, INCOMPLETE, RequestParser, strangerLimits } from '../dist/resp/request-parser.js'
import { encode } from './support/wire.js'

const LIMITS = { arguments: 1024, bulk: 1 << 20, request: 1 << 21, adjective: 'invalid' } as const
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function parse(text: string | Uint8Array): { verdict: number; args: string[]; problem: string } {
  const parser = new RequestParser()
  const bytes = typeof text === 'string' ? bytesOf(text) : text
  const verdict = parser.parse(bytes, 0, bytes.length, LIMITS)
  const args = Array.from({ length: parser.request.count }, (_, i) => parser.request.text(i))
  return { verdict, args, problem: parser.problem }
}

test('a request is parsed where it lies', (t) => {
  const bytes = encode(['SET', 'key', 'value'])
  const parser = new RequestParser()
  t.is(parser.parse(bytes, 0, bytes.length, LIMITS), bytes.length)
  const view = parser.request.view(2)
  t.is(view.buffer, bytes.buffer)
  t.is(Buffer.from(view).toString(), 'value')
})

test('nothing is taken of a request that is not whole, wherever it is cut', (t) => {
  const bytes = encode(['SET', 'a key', '\r\n$3\r\n*'])
  for (let cut = 0; cut < bytes.length; cut++) t.is(parse(bytes.subarray(0, cut)).verdict, INCOMPLETE, `cut at ${cut}`)
  t.deepEqual(parse(bytes).args, ['SET', 'a key', '\r\n$3\r\n*'])
})

test('empty requests and arguments', (t) => {
  t.deepEqual(parse('*0\r\n'), { verdict: 4, args: [], problem: '' })
  t.deepEqual(parse('*-1\r\n'), { verdict: 5, args: [], problem: '' })
  t.deepEqual(parse('\r\n'), { verdict: 2, args: [], problem: '' })
  t.deepEqual(parse('*2\r\n$0\r\n\r\n$0\r\n\r\n').args, ['', ''])
})

for (const [text, problem] of [
  ['*x\r\n', 'invalid multibulk length'],
  ['*01\r\n', 'invalid multibulk length'],
  ['*99999999999999999999\r\n', 'invalid multibulk length'],
  ['*2000\r\n', 'invalid multibulk length'],
  ['*1\r\n:1\r\n', "expected '$', got ':'"],
  ['*1\r\n\x01', "expected '$', got '\\x01'"],
  ['*1\r\n$-1\r\n', 'invalid bulk length'],
  ['*1\r\n$1048577\r\n', 'invalid bulk length'],
  ['*1\r\n$3\nabc\r\n', 'invalid bulk length'],
  ['*1\r\n$3\r\nabcd\r\n', 'expected CRLF behind an argument'],
  ['*3\r\n$1000000\r\n', ''],
  ['GET "a\r\n', 'unbalanced quotes in request'],
  ["GET 'a'b\r\n", 'unbalanced quotes in request'],
  ['x'.repeat(70_000), 'too big inline request'],
] as const) {
  test(`${JSON.stringify(text.slice(0, 40))}: ${problem || 'needs more'}`, (t) => {
    const { verdict, problem: found } = parse(text)
    t.is(found, problem)
    t.is(verdict, problem === '' ? INCOMPLETE : BROKEN)
  })
}

test('all arguments together have a limit', (t) => {
  const { problem } = parse(Buffer.concat([encode(Array(3).fill('x'.repeat(900_000)))]))
  t.is(problem, 'request is over the limit of 2097152 bytes')
})

test('a stranger says little', (t) => {
  const parser = new RequestParser()
  const limits = strangerLimits(LIMITS)
  const many = bytesOf('*11\r\n')
  t.is(parser.parse(many, 0, many.length, limits), BROKEN)
  t.is(parser.problem, 'unauthenticated multibulk length')
  const large = bytesOf('*1\r\n$16385\r\n')
  t.is(parser.parse(large, 0, large.length, limits), BROKEN)
  t.is(parser.problem, 'unauthenticated bulk length')
})

test('inline commands have quotes and escapes', (t) => {
  const words = (line: string): string[] | null =>
    splitWords(bytesOf(line))?.map((word) => Buffer.from(word).toString('latin1')) ?? null
  t.deepEqual(words('  get   a\tb '), ['get', 'a', 'b'])
  t.deepEqual(words('set "a b" \'c\\\'d\' "\\x41\\n\\"\\q"'), ['set', 'a b', "c'd", 'A\n"q'])
  t.deepEqual(words('a"b"'), ['ab'])
  t.is(words('"a"b'), null)
  t.is(words('"'), null)
  t.deepEqual(words(''), [])
})

test('a request that comes in pieces is collected, whatever the pieces', (t) => {
  const argument = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 2000, maxLength: 3000 }))
  fc.assert(
    fc.property(
      fc.array(argument, { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 40 }),
      (args, pieces) => {
        const bytes = encode(args)
        const parser = new RequestParser()
        let assembly: Assembly | null = null
        let at = 0
        let verdict = INCOMPLETE
        for (let end = 0, i = 0; verdict === INCOMPLETE; i++) {
          end = Math.min(bytes.length, end + pieces[i % pieces.length]!)
          if (assembly === null) {
            verdict = parser.parse(bytes, at, end, LIMITS)
            // Sooner than the server would, so that every state is met.
            if (verdict !== INCOMPLETE || parser.expected === 0) continue
            assembly = new Assembly(parser)
            at = parser.at
          }
          verdict = assembly.feed(bytes, at, end, LIMITS)
          at = assembly.at
        }
        t.is(verdict, bytes.length)
        t.is(parser.request.count, args.length)
        for (const [i, arg] of args.entries())
          if (!Buffer.from(arg).equals(parser.request.view(i))) t.fail(`argument ${i}`)
      },
    ),
  )
})

test('what was collected is kept, not copied', (t) => {
  const parser = new RequestParser()
  const bytes = encode(['SET', 'k', 'v'.repeat(100)])
  parser.parse(bytes, 0, 10, LIMITS)
  const assembly = new Assembly(parser)
  t.is(assembly.feed(bytes, parser.at, bytes.length, LIMITS), bytes.length)
  t.is(parser.request.copy(2), parser.request.copy(2))
})
