/** What is left behind without being closed takes nothing with it. */
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { loadBinding } from '../dist/binding.js'
import { Follower } from '../dist/follower.js'
import { fresh } from './support/folder.js'
import { native } from './support/tools.js'

native('a mapping that is collected without being closed is forgotten', async (t) => {
  const path = fresh()
  writeFileSync(path, 'mapped')
  const binding = loadBinding().binding!
  const fd = openSync(path, 'r')
  const open = () => binding.mapOpen(fd, 0, 6).id
  const ids = Array.from({ length: 10 }, open)
  closeSync(fd)
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const gone = (id: number) => {
    try {
      binding.mapTruncated(id)
      return false
    } catch {
      return true
    }
  }
  for (let round = 0; round < 50 && !ids.every(gone); round++) {
    collect()
    await setImmediate()
  }
  t.true(ids.every(gone))
})

test('a follower that is armed twice has one timer', (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const path = fresh()
  writeFileSync(path, '')
  const fd = openSync(path, 'r')
  const before = timers()
  const follower = new Follower(fd, path)
  follower.arm(0)
  follower.arm(0)
  follower.disarm()
  t.is(timers(), before)
  follower.close()
  closeSync(fd)
})
