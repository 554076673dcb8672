/** What TypeScript knows of options: checked by the compiler when this file is built; the test only says that it was. */
import { explain, listen, type OpenOptions, open } from '@camio/core'
import { type OptionInput, type OptionValues, option } from '@camio/core/spi'
import test from 'ava'

const options = {
  nodelay: option.bool({ help: '' }),
  'buffer-size': option.size({ default: 1, help: '' }),
  colour: option.enum(['red', 'green'], { help: '' }),
  key: option.object<{ secret: string }>({ help: '' }),
} as const

declare module '@camio/core' {
  interface SchemeOptions {
    typed: OptionInput<typeof options>
    other: { readonly speed?: number }
  }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Extends<A, B> = A extends B ? true : false
function holds<_T extends true>(): void {}
function fails<_T extends false>(): void {}

test('values: what a driver gets', (t) => {
  type Values = OptionValues<typeof options>
  holds<Equal<Values['nodelay'], boolean>>()
  holds<Equal<Values['bufferSize'], number>>()
  holds<Equal<Values['colour'], 'red' | 'green' | undefined>>()
  holds<Equal<Values['key'], { secret: string } | undefined>>()
  t.pass()
})

test('input: what a program may pass', (t) => {
  type Input = OptionInput<typeof options>
  holds<Equal<Input['nodelay'], boolean | undefined>>()
  holds<Equal<Input['bufferSize'], number | string | undefined>>()
  holds<Equal<Input['colour'], 'red' | 'green' | undefined>>()
  fails<Extends<'buffer-size', keyof Input>>()
  t.pass()
})

test('a URI whose scheme is seen takes that scheme’s options only', (t) => {
  type Given = OpenOptions<`typed://${string}`>
  holds<Extends<{ nodelay: true }, Given>>()
  holds<Extends<{ maxLease: '4MiB'; mode: 'r' }, Given>>()
  fails<Extends<{ nodelay: 1 }, Given>>()
  fails<Extends<{ colour: 'blue' }, Given>>()
  fails<Extends<{ mode: 'x' }, Given>>()
  fails<Extends<'speed', keyof Given>>()
  holds<Extends<'speed', keyof OpenOptions<'other:x'>>>()
  t.pass()
})

test('a plain string, and a scheme that nobody described, stay loose', (t) => {
  holds<Extends<{ anything: 1 }, OpenOptions<string>>>()
  holds<Extends<{ anything: 1 }, OpenOptions<'unheard:x'>>>()
  holds<Extends<'anything', keyof OpenOptions<string>>>()
  fails<Extends<{ mode: 'x' }, OpenOptions<string>>>()
  t.pass()
})

test('several URIs take the options of all of them', (t) => {
  type Given = OpenOptions<'typed:a' | 'other:b'>
  holds<Extends<{ speed: 1; nodelay: true }, Given>>()
  fails<Extends<{ speed: 1; nodelay: 1 }, Given>>()
  fails<Extends<{ speed: 'x'; nodelay: true }, Given>>()
  holds<Extends<{ nodelay: true }, Given>>()
  holds<Extends<{ speed: 1 }, Given>>()
  fails<Extends<{ nodelay: 1 }, Given>>()
  holds<Extends<readonly ['typed:a'], Parameters<typeof listen<'typed:a'>>[0]>>()
  t.pass()
})

test('the literal is inferred from the call', async (t) => {
  const calls = [
    () => open('typed:x', { nodelay: true }),
    // @ts-expect-error: a number for a yes/no option; the helpers above cannot see what a call infers
    () => open('typed:x', { nodelay: 1 }),
    () => open('typed:x' as string, { whatever: 1 }),
    () => open(['typed:x'], { nodelay: true, require: ['reliable', 'scope<=host', 'mtu>=64KiB'] }),
    // @ts-expect-error: no feature is called that
    () => open(['typed:x'], { nodelay: true, require: 'relaible' }),
    // @ts-expect-error: in a list as in a single URI
    () => open(['typed:x', 'other:y'], { speed: 1, nodelay: 1 }),
    // @ts-expect-error: listen takes all or none, there is nothing to prefer
    () => listen(['typed:x', 'other:y'], { prefer: 'reliable' }),
    () => explain(['typed:x'], 'other:y', { speed: 1, nodelay: true, analyze: false }),
    // @ts-expect-error: a number for a yes/no option of one of the two ends
    () => explain('typed:x', 'other:y', { speed: 1, nodelay: 1 }),
  ]
  // Nobody has registered these schemes: `explain` says so, the others throw.
  const outcomes = await Promise.allSettled<unknown>(calls.map((call) => call()))
  t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
})
