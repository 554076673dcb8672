/** What was typed before: a file that nobody else may read, without lines that hold a password. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const HISTORY_LINES = 1000
const PRIVATE = 0o600
const SECRET = /^\s*(auth|hello|config\s+set\s+\S*(pass|auth)\S*)\b/i

export class History {
  /** `null`: none is kept. */
  private readonly path: string | null

  constructor(path = process.env.CAMIO_KV_HISTORY ?? join(homedir(), '.camio_kv_history')) {
    this.path = path === '' ? null : path
  }

  /** The newest first, as readline wants them. */
  load(): string[] {
    if (this.path === null) return []
    try {
      const lines = readFileSync(this.path, 'utf8').split('\n')
      return lines
        .filter((line) => line !== '')
        .slice(-HISTORY_LINES)
        .reverse()
    } catch {
      return []
    }
  }

  /** @param lines the newest first. A file that cannot be written is no reason to fail */
  save(lines: readonly string[]): void {
    if (this.path === null) return
    const kept = lines.filter((line) => !SECRET.test(line)).slice(0, HISTORY_LINES)
    try {
      writeFileSync(
        this.path,
        [...kept]
          .reverse()
          .map((line) => `${line}\n`)
          .join(''),
        { mode: PRIVATE },
      )
      // It may have been there before, with other permissions.
      chmodSync(this.path, PRIVATE)
    } catch {}
  }
}
