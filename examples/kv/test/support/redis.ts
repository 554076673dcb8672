/** What Debian's redis-server and redis-tools bring, where they are installed. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { folder } from './server.js'

export function installed(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A redis-server of the test's own. @returns its URI */
export async function redisServer(t: ExecutionContext): Promise<string> {
  const path = join(folder(t), 'redis.sock')
  const words = ['--port', '0', '--save', '', '--appendonly', 'no', '--unixsocket', path, '--unixsocketperm', '700']
  const child = spawn('redis-server', words, { stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  while (!existsSync(path)) await sleep(10)
  return `unix:${path}?uid=any`
}
