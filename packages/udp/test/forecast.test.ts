/** What `udp:` says of its streams before they are opened. */
import { explain, open } from '@camio/core'
import '@camio/udp'
import test from 'ava'

async function forecast(uri: string) {
  return (await explain<string>(uri)).source.candidates[0]!.features!
}

for (const engine of ['auto', 'node'] as const)
  for (const mode of ['r', 'w', 'rw'] as const)
    test(`engine=${engine}, mode=${mode}: what opens is what was forecast`, async (t) => {
      for (const address of ['//127.0.0.1:7', '//[::1]:7', '//:0']) {
        const uri = `udp:${address}?engine=${engine}&mode=${mode}`
        await using stream = await open<string>(uri)
        t.deepEqual(await forecast(uri), stream.features)
      }
    })

test('who reads a group hears what each gets; who writes to it is one sender', async (t) => {
  for (const group of ['239.1.2.3', '[ff02::1234%lo]', '[ff15::1]']) {
    t.is((await forecast(`udp://${encodeURI(group)}:7000?mode=r`)).delivery, 'each', group)
    t.is((await forecast(`udp://${encodeURI(group)}:7000?mode=w`)).delivery, 'one', group)
  }
  t.is((await forecast('udp://10.0.0.1:7000?mode=r')).delivery, 'one')
})

test('an address that is none does not make a plan fail', async (t) => {
  for (const address of ['', '//', '//host', '//[::1', '//[]:1'])
    t.is((await forecast(`udp:${address}`)).framing, 'messages', address)
})
