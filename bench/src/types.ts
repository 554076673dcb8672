/** The harness's words. A suite is a list of cases; a case sets contestants beside each other in one unit. */

import type { Better, Drawn, Series } from '@camio/show'

export type { Better, Series }
export type Role = 'ours' | 'limit' | 'peer'

/** What is told beside a figure and is not judged: loss, CPU time. The names say the unit. */
export type Beside = Readonly<Record<string, number>>

/** One run of a contestant. */
export interface Measurement {
  readonly figure: number
  readonly beside?: Beside
}

/** Something that is measured: one call of `run` is one figure. */
export interface Contestant {
  /** `ours`, `limit`, or the peer's name. */
  readonly name: string
  readonly role: Role
  run(): Promise<number | Measurement>
}

/** A contestant that cannot take part here, and why: results name it, so that nothing is missing silently. */
export interface Absent {
  readonly name: string
  readonly role: Role
  readonly absent: string
}

export type Entry = Contestant | Absent

/** What the project promises of ours / `against`, or of ours - `against` in the case's unit. */
export type Goal = {
  readonly against: string
  readonly is: '<=' | '>='
} & ({ readonly ratio: number } | { readonly difference: number })

export interface Case {
  readonly name: string
  readonly unit: string
  readonly better: Better
  readonly entries: readonly Entry[]
  readonly goals?: readonly Goal[]
  /** Counted rounds, unless the command line says otherwise. */
  readonly runs: number
  /** One line that a reader of the figures must know. */
  readonly note?: string
  readonly series?: Series
  prepare?(): Promise<void>
  cleanup?(): Promise<void>
}

/** What a suite gets from the command line. */
export interface Settings {
  readonly quick: boolean
  /** Tells on the terminal what happens right now. */
  progress(text: string): void
}

/** How fast the machine's cores talk to each other at this moment, to be read beside the figures. */
export type Calibration = Readonly<Record<string, number>>

export interface Suite {
  readonly name: string
  readonly summary: string
  cases(settings: Settings): Promise<Case[]>
  /** Called before every case. */
  calibrate?(): Promise<Calibration>
  cleanup?(): Promise<void>
}

/** One round: a figure of every contestant that ran, by name. */
export type Round = ReadonlyMap<string, number>

/** A case after its runs. */
export interface Measured {
  readonly case: Case
  readonly rounds: readonly Round[]
  /** What was told beside the figures, by contestant. */
  readonly beside: ReadonlyMap<string, readonly Beside[]>
  /** Contestants that were absent or failed, by name, with the reason. */
  readonly absent: ReadonlyMap<string, string>
  /** The share of the machine's cores that other programs took during the runs that count. */
  readonly others: number
  readonly calibration?: Calibration | undefined
}

export type Judgement = Goal & { readonly got: number; readonly pass: boolean }

/** One line of `--json`. `ratio` is always ours divided by the other. */
export interface Result extends Drawn {
  readonly suite: string
  readonly runs: number
  /** (largest - smallest) / median of every contestant's figures. */
  readonly spread: Readonly<Record<string, number>>
  readonly goals: readonly Judgement[]
  readonly absent: Readonly<Record<string, string>>
  /** The share of the machine's cores that other programs took meanwhile, 0 to 1. */
  readonly others: number
  /** Medians of what was told beside the figures, by contestant. */
  readonly beside?: Readonly<Record<string, Beside>> | undefined
  readonly note?: string | undefined
  readonly calibration?: Calibration | undefined
}
