/** All commands, and how one is found without making a string of its name. */
import { saysWord, toBytes, upper } from '../resp/ascii.js'
import type { Request } from '../resp/request.js'
import { channels } from './channels.js'
import { connection } from './connection.js'
import type { Command } from './context.js'
import { expiry } from './expiry.js'
import { keySpace } from './keys.js'
import { serverCommands } from './server.js'
import { strings } from './strings.js'

/** A command with what is asked of it for every request, looked up once. */
export class Known {
  readonly word: Uint8Array
  readonly writes: boolean
  readonly needsMemory: boolean
  readonly forStrangers: boolean
  readonly forListeners: boolean

  constructor(readonly command: Command) {
    const { flags } = command
    this.word = toBytes(command.name.toUpperCase())
    this.writes = flags.includes('write')
    this.needsMemory = flags.includes('denyoom')
    this.forStrangers = flags.includes('no_auth')
    this.forListeners = flags.includes('pubsub')
  }
}

/** Slots of the table: a few times as many as there are commands, so that few share one. */
const SLOTS = 256

export const commands: ReadonlyMap<string, Command> = new Map(
  [...strings, ...expiry, ...keySpace, ...channels, ...connection, ...serverCommands(() => commands)].map((command) => [
    command.name,
    command,
  ]),
)

const slots: Known[][] = Array.from({ length: SLOTS }, () => [])
for (const command of commands.values()) {
  const known = new Known(command)
  slots[slotOf(known.word, 0, known.word.length)]!.push(known)
}

function slotOf(bytes: Uint8Array, start: number, length: number): number {
  let hash = length
  for (let i = 0; i < length; i++) hash = (hash * 31 + upper(bytes[start + i]!)) | 0
  return hash & (SLOTS - 1)
}

/** Longer than any command's name. */
const TOO_LONG = 32

/** The command that a request names. */
export function lookUp({ sources, starts, lengths }: Request): Known | null {
  const bytes = sources[0]!
  const start = starts[0]!
  const length = lengths[0]!
  if (length > TOO_LONG) return null
  const slot = slots[slotOf(bytes, start, length)]!
  for (let i = 0; i < slot.length; i++) if (saysWord(bytes, start, length, slot[i]!.word)) return slot[i]!
  return null
}
