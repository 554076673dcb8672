import test from 'ava'
import { matches } from '../dist/commands/glob.js'
import { hashOf } from '../dist/store/hash.js'
import { Store } from '../dist/store/store.js'
import { randomFrom } from './support/random.js'

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function put(store: Store, key: string, value = 'v', expires = 0): void {
  const k = bytesOf(key)
  const v = bytesOf(value)
  store.set(k, 0, k.length, v, 0, v.length, false, expires)
}

function find(store: Store, key: string): string | null {
  const k = bytesOf(key)
  const entry = store.find(k, 0, k.length)
  return entry === null ? null : Buffer.from(entry.value).toString('latin1')
}

test('the store does what a Map does, while it grows and shrinks', (t) => {
  const store = new Store()
  const model = new Map<string, string>()
  const random = randomFrom(1)
  for (let i = 0; i < 60_000; i++) {
    // Up to thousands of keys, down to none, and up again.
    const key = `key ${random(i % 20_000 < 10_000 ? 5000 : 200)}`
    if (random(3) > 0 === i % 20_000 < 10_000) {
      put(store, key, String(i))
      model.set(key, String(i))
    } else {
      const entry = store.find(bytesOf(key), 0, key.length)
      if (entry !== null) store.delete(entry)
      t.is(entry !== null, model.delete(key))
    }
    if (i % 97 === 0) t.is(find(store, key), model.get(key) ?? null)
  }
  t.is(store.size, model.size)
  for (const [key, value] of model) t.is(find(store, key), value)
})

test('a scan sees every key that stays, whatever becomes of the table', (t) => {
  for (const [first, then] of [
    [1000, 50_000],
    [50_000, -49_000],
  ] as const) {
    const store = new Store()
    for (let i = 0; i < first; i++) put(store, `stays ${i}`)
    const stays = then > 0 ? first : first + then
    const seen = new Set<string>()
    let cursor = 0
    let turn = 0
    do {
      cursor = store.scan(cursor, (entry) => seen.add(Buffer.from(entry.key).toString()))
      for (let i = 0; i < 60; i++, turn++) {
        if (then > 0 && turn < then) put(store, `comes ${turn}`)
        const leaving = first - 1 - turn
        if (then < 0 && leaving >= stays)
          store.delete(store.find(bytesOf(`stays ${leaving}`), 0, `stays ${leaving}`.length)!)
      }
    } while (cursor !== 0)
    for (let i = 0; i < stays; i++) if (!seen.has(`stays ${i}`)) t.fail(`not seen: ${i}`)
  }
  t.pass()
})

test('keys expire for whoever asks, and for nobody in particular', (t) => {
  const store = new Store()
  store.now = 1000
  for (let i = 0; i < 100; i++) put(store, `k${i}`, 'v', i < 50 ? 2000 : 0)
  const { memory } = store
  store.now = 1999
  t.is(find(store, 'k1'), 'v')
  store.now = 2000
  t.is(find(store, 'k1'), null)
  t.is(store.size, 99)
  for (let i = 0; i < 20; i++) store.sweep(10)
  t.is(store.size, 50)
  t.is(store.expirable, 0)
  t.true(store.memory < memory)
})

test('memory is counted down to nothing', (t) => {
  const store = new Store()
  for (let i = 0; i < 1000; i++) put(store, `k${i}`, 'v'.repeat(i), i % 2 ? Date.now() + 1e6 : 0)
  for (let i = 0; i < 1000; i++) put(store, `k${i}`, 'v'.repeat(1000 - i))
  for (let i = 0; i < 1000; i++) store.append(store.find(bytesOf(`k${i}`), 0, `k${i}`.length)!, bytesOf('more'))
  for (let i = 0; i < 1000; i++) store.delete(store.find(bytesOf(`k${i}`), 0, `k${i}`.length)!)
  t.is(store.memory, 0)
})

test('keys and values of all sizes change into one another', (t) => {
  const store = new Store()
  const model = new Map<string, string>()
  const random = randomFrom(5)
  const sizes = [0, 1, 15, 16, 17, 100, 239, 240, 241, 256, 257, 1000, 9000]
  for (let i = 0; i < 50_000; i++) {
    const key = String(random(100)).padEnd(sizes[random(2) * random(sizes.length - 2)]!, '.')
    const value = String(i).padEnd(sizes[random(sizes.length)]!, '-')
    const entry = store.find(bytesOf(key), 0, key.length)
    switch (entry === null ? 2 : random(4)) {
      case 0:
        store.delete(entry!)
        model.delete(key)
        break
      case 1:
        store.append(entry!, bytesOf(value))
        model.set(key, model.get(key)! + value)
        break
      default:
        put(store, key, value)
        model.set(key, value)
    }
    if ((model.get(key)?.length ?? 0) > 30_000) put(store, key, model.set(key, 'short').get(key))
  }
  t.is(store.size, model.size)
  for (const [key, value] of model) t.is(find(store, key), value, key)
  for (const key of model.keys()) store.delete(store.find(bytesOf(key), 0, key.length)!)
  t.is(store.memory, 0)
})

test('what was used lately is evicted last', (t) => {
  const store = new Store()
  const start = store.now
  for (let i = 0; i < 1000; i++) {
    store.now = start + i * 10
    put(store, `k${i}`)
  }
  for (let i = 0; i < 500; i++) store.evict()
  let old = 0
  let young = 0
  for (let i = 0; i < 500; i++) {
    if (find(store, `k${i}`) !== null) old++
    if (find(store, `k${i + 500}`) !== null) young++
  }
  t.true(young > 3 * old, `${young} young and ${old} old ones are left`)
})

test('values of other sizes than before do not take memory beside it', (t) => {
  const store = new Store()
  const most = 16 * 1024 * 1024
  let highest = 0
  for (let size = 1, i = 0; size <= 240; size += 16) {
    for (const until = i + 100_000; i < until; i++) {
      while (store.memory > most) store.evict()
      put(store, `key ${i}`, String(i).padEnd(size, '-'))
      if (i % 1000 === 0) highest = Math.max(highest, store.reserved)
    }
    let wrong = 0
    store.each(({ key, value }) => {
      const [name, text] = [key, value].map((bytes) => Buffer.from(bytes).toString())
      if (text!.replace(/-+$/, '') !== name!.slice(4)) wrong++
    })
    t.is(wrong, 0)
  }
  t.true(highest < 2.5 * most, `${highest} bytes`)
  while (store.size > 10) store.evict()
  for (let i = 0; i < 100; i++) store.sweep(10)
  t.true(store.reserved <= 8 * 1024 * 1024)
  while (store.size > 0) store.evict()
  t.is(store.memory, 0)
})

test('memory that a value has for what may be appended is counted', (t) => {
  const store = new Store()
  put(store, 'k', 'v'.repeat(9000))
  const before = store.memory
  store.append(store.find(bytesOf('k'), 0, 1)!, bytesOf('w'.repeat(91_000)))
  t.is(store.memory - before, 2 * 100_000 - 9000)
})

test('what a log brought back is evicted before what is used now', (t) => {
  const store = new Store()
  const { now } = store
  store.now = 0
  for (let i = 0; i < 500; i++) put(store, `old ${i}`)
  store.now = now + 1000
  for (let i = 0; i < 500; i++) put(store, `new ${i}`)
  for (let i = 0; i < 300; i++) store.evict()
  let young = 0
  for (let i = 0; i < 500; i++) if (find(store, `new ${i}`) !== null) young++
  t.true(young > 400, `${young} of 500`)
})

test('a large value is never changed where it lies: a reply may point at it', (t) => {
  const store = new Store()
  put(store, 'k', 'a'.repeat(20_000))
  const key = bytesOf('k')
  const entry = store.find(key, 0, 1)!
  const before = entry.value
  put(store, 'k', 'b'.repeat(20_000))
  t.is(before[0], 97)
  store.append(entry, bytesOf('first'))
  const middle = entry.value
  store.append(entry, bytesOf('second'))
  t.is(middle.length, 20_005)
  t.is(entry.value.length, 20_011)
  t.is(entry.value.buffer, middle.buffer)
  t.is(Buffer.from(entry.value.subarray(-11)).toString(), 'firstsecond')
})

test('the hash depends on all bytes and on the length', (t) => {
  const seen = new Set<number>()
  for (let length = 0; length < 40; length++) {
    const bytes = new Uint8Array(length)
    seen.add(hashOf(bytes, 0, length))
    for (let i = 0; i < length; i++) {
      bytes[i] = 1
      seen.add(hashOf(bytes, 0, length))
      bytes[i] = 0
    }
  }
  // 820 keys, 32 bits: hardly two the same.
  t.true(seen.size > 815)
  const spread = new Int32Array(64)
  for (let i = 0; i < 64_000; i++) {
    const key = bytesOf(`key:${i}`)
    spread[hashOf(key, 0, key.length) & 63]!++
  }
  t.true(Math.max(...spread) < 1200 && Math.min(...spread) > 800)
})

for (const [pattern, text, yes] of [
  ['*', '', true],
  ['a*c', 'abbbc', true],
  ['a*c', 'abbbd', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[a-c]x', 'bx', true],
  ['[c-a]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['[^a-c]x', 'dx', true],
  ['[\\]]', ']', true],
  ['\\*', '*', true],
  ['\\*', 'a', false],
  ['[ab', 'a', true],
  ['**a**', 'xay', true],
  ['', '', true],
  ['', 'a', false],
] as const) {
  test(`${JSON.stringify(pattern)} ${yes ? 'is' : 'is not'} ${JSON.stringify(text)}`, (t) => {
    t.is(matches(bytesOf(pattern), bytesOf(text)), yes)
  })
}

test('no pattern takes forever', (t) => {
  t.false(matches(bytesOf(`${'a*'.repeat(50)}b`), bytesOf('a'.repeat(5000))))
})
