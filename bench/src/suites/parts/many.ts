/** Who echoes on many connections of which few are busy, each under the same load, made in C. */
import type { Entry, Role, Settings } from '../../types.js'
import { entry } from './entries.js'
import { micros } from './figures.js'
import { c, node, ours, type Program } from './programs.js'

export interface Server {
  readonly name: string
  readonly role: Role
  readonly listener: Program
}

export const MICROS_AN_EVENT = 'us of CPU an event'
export const AN_EVENT =
  'an event: 64 B come in on one connection and go back; CPU time of the server, in user space and in the kernel'

/** @param program the one of ours */
export const servers = (program: string): readonly Server[] => [
  { name: 'ours', role: 'ours', listener: ours('tcp://127.0.0.1:0', program) },
  { name: 'limit', role: 'limit', listener: c('tcp-idle', 'echo') },
  { name: 'net', role: 'peer', listener: node('net/echo-many') },
]

export interface Load {
  readonly connections: number
  /** Are the eight that are busy always the same, or any? */
  readonly busy: 'the same 8' | 'any 8'
}

/** @returns the servers under that load; the figure is the CPU time of an event */
export function under({ connections, busy }: Load, all: readonly Server[], settings: Settings): Entry[] {
  const events = settings.quick ? 10_000 : 40_000
  const args = { connections, any: busy === 'any 8' ? 1 : 0, warm: events / 2, events }
  const connector = c('tcp-idle', 'drive')
  return all.map((server) => entry({ ...server, connector }, { args, reporter: 'listener', figure: micros }))
}
