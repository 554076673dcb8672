// Lines as redis-cli takes them apart.
import test from 'ava'
import { wordsOf } from '../../dist/cli/words.js'

const words = (line: string): string[] | null => wordsOf(line)?.map((word) => word.toString('latin1')) ?? null

for (const [line, expected] of [
  ['', []],
  ['  \t ', []],
  ['GET key', ['GET', 'key']],
  ['  SET   key  value ', ['SET', 'key', 'value']],
  ['SET key "two words"', ['SET', 'key', 'two words']],
  ['SET key ""', ['SET', 'key', '']],
  ["SET key ''", ['SET', 'key', '']],
  ['SET key "a\\"b\\\\c\\n\\r\\t\\b\\a\\q"', ['SET', 'key', 'a"b\\c\n\r\t\b\x07q']],
  ['SET key "\\xff\\x00\\xZZ"', ['SET', 'key', '\xff\0xZZ']],
  ["SET key 'a\\n\\'b'", ['SET', 'key', "a\\n'b"]],
  ['SET key pre"fix"', ['SET', 'key', 'prefix']],
  ['"GET" "key', null],
  ["GET 'key", null],
  ['GET "key"more', null],
  ['GET "key\\"', null],
] as const)
  test(JSON.stringify(line), (t) => {
    t.deepEqual(words(line), expected === null ? null : [...expected])
  })

test('letters beyond ASCII are UTF-8', (t) => {
  t.deepEqual(wordsOf('h\u00e9 "\u20ac \ud83d\ude00"')?.map(String), ['h\u00e9', '\u20ac \ud83d\ude00'])
})
