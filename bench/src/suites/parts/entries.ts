/** Contestants as a case lists them: two programs that talk to each other, or one that holds both ends. */
import { type Line, runChild } from '../../run/child.js'
import { PAIR, pinned } from '../../run/cpus.js'
import { runPair } from '../../run/pair.js'
import type { Entry, Measurement, Role } from '../../types.js'
import type { Program } from './programs.js'

export interface Ends {
  readonly name: string
  readonly role: Role
  readonly listener: Program
  readonly connector: Program
}

/** A program that starts its other end itself, as a thread or as a child on the core `--other`. */
export interface Alone {
  readonly name: string
  readonly role: Role
  readonly program: Program
}

/** What all contestants of a case share: their arguments, who reports, and the figure in the report. */
export interface Terms {
  readonly args: Readonly<Record<string, number>>
  readonly reporter: 'listener' | 'connector'
  /** Both ends report: `figure` gets the other end's line too. */
  readonly both?: boolean
  figure(line: Line, other: Line | undefined): number | Measurement
}

export const entry = (each: Ends | Alone, terms: Terms): Entry =>
  'program' in each ? aloneEntry(each, terms) : pairEntry(each, terms)

function pairEntry({ name, role, listener, connector }: Ends, terms: Terms): Entry {
  if ('absent' in listener) return { name, role, absent: listener.absent }
  if ('absent' in connector) return { name, role, absent: connector.absent }
  const { reporter, both = false } = terms
  const args = argumentsOf(terms)
  const options = { name, listener: [...listener, ...args], connector: [...connector, ...args], reporter, both }
  return {
    name,
    role,
    run: async () => {
      const { line, other } = await runPair(options)
      return terms.figure(line, other)
    },
  }
}

function aloneEntry({ name, role, program }: Alone, terms: Terms): Entry {
  if ('absent' in program) return { name, role, absent: program.absent }
  const command = pinned([...program, ...argumentsOf(terms), '--other', String(PAIR[1])], PAIR)
  return { name, role, run: async () => terms.figure(await runChild(name, command), undefined) }
}

const argumentsOf = ({ args }: Terms): string[] =>
  Object.entries(args).flatMap(([key, value]) => [`--${key}`, String(value)])
