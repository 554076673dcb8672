/** A prompt with history and the names of commands to complete. Ends with Ctrl-D, Ctrl-C or `quit`. */
import { createInterface, type Interface } from 'node:readline'
import { HISTORY_LINES, History } from './history.js'
import type { Runner } from './runner.js'
import type { Session } from './session.js'
import { wordsOf } from './words.js'

const NAMES =
  'APPEND AUTH CLIENT COMMAND CONFIG DBSIZE DECR DECRBY DEL ECHO EXISTS EXPIRE FLUSHDB GET GETRANGE GETSET HELLO INCR INCRBY INFO KEYS MGET MSET PERSIST PEXPIRE PING PTTL PUBLISH RANDOMKEY RENAME SCAN SELECT SET SETNX STRLEN SUBSCRIBE TTL TYPE UNLINK UNSUBSCRIBE'.split(
    ' ',
  )
const LEAVE = new Set(['quit', 'exit'])

export async function interactive(session: Session, runner: Runner): Promise<void> {
  const history = new History()
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    history: history.load(),
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
    completer: complete,
  })
  let typed: readonly string[] = []
  lines.on('history', (all) => {
    typed = [...all]
  })
  try {
    await converse(lines, session, runner)
  } finally {
    lines.close()
    if (typed.length > 0) history.save(typed)
  }
}

async function converse(lines: Interface, session: Session, runner: Runner): Promise<void> {
  let running: AbortController | null = null
  lines.on('SIGINT', () => {
    if (running === null) lines.close()
    else running.abort()
  })
  const ask = () => {
    lines.setPrompt(`${session.uri ?? 'not connected'}> `)
    lines.prompt()
  }
  ask()
  for await (const line of lines) {
    const words = wordsOf(line)
    if (words === null) console.log('Invalid argument(s)')
    else if (words.length > 0) {
      if (LEAVE.has(words[0]!.toString().toLowerCase())) return
      running = new AbortController()
      await runner.run(words, running.signal)
      running = null
    }
    ask()
  }
}

/** Node calls it with what was typed so far. */
function complete(line: string): [string[], string] {
  const found = line.includes(' ') ? [] : NAMES.filter((name) => name.startsWith(line.toUpperCase()))
  return [found, line]
}
