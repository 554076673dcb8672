// Two set-ups at once in one working tree would build over each other: the second waits for the first.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './packages.mjs'
import { say } from './say.mjs'

// Not in node_modules: installing removes that folder.
const file = join(tmpdir(), `camio-setup-${createHash('sha256').update(root).digest('hex').slice(0, 16)}.lock`)

function tryLock() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

/** Whether whoever holds the lock is still there; an unreadable lock was given back just now. */
function holderLives() {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // An empty file is a lock being taken at this moment.
    return pid === 0 || process.kill(pid, 0)
  } catch (error) {
    return error.code === 'ENOENT' || error.code === 'EPERM'
  }
}

export async function locked(body) {
  for (let waits = 0; !tryLock(); waits++) {
    if (waits === 1) say('another set-up is running here: waiting for it')
    if (!holderLives()) rmSync(file, { force: true })
    await sleep(200)
  }
  try {
    return await body()
  } finally {
    rmSync(file, { force: true })
  }
}
