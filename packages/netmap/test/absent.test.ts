/** Where there is no /dev/netmap nothing is opened, and the error says what is missing and what needs no module. */
import { existsSync } from 'node:fs'
import { open, registry } from '@camio/core'
import { netmap, vale } from '@camio/netmap'
import test from 'ava'

test('the package registers both schemes', (t) => {
  t.is(registry.driver('netmap').id, netmap.id)
  t.is(registry.driver('vale').id, vale.id)
})

const absent = process.platform !== 'linux' || !existsSync('/dev/netmap')

;(absent ? test : test.skip)('without the module: not available, and says why', async (t) => {
  for (const driver of [netmap, vale]) {
    const { ok, reason } = driver.available()
    t.false(ok)
    t.truthy(reason)
    if (process.platform === 'linux') t.regex(reason!, /netmap is not loaded.*xdp:/)
  }
  for (const uri of ['netmap:lo', 'netmap:x{1', 'vale:0:a'] as const) {
    const error = await t.throwsAsync(open(uri), { code: 'ERR_CAMIO_UNAVAILABLE' })
    if (process.platform === 'linux') t.regex(error!.message, /^\S+: there is no \/dev\/netmap.*xdp:/)
  }
})
