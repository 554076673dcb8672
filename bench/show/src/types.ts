/** What a chart is drawn of: a case in which some contestants have a figure each. */

export type Better = 'higher' | 'lower'

/** The place of a case among others that are one chart: what ours and the others do as something grows. */
export interface Series {
  /** The chart. */
  readonly name: string
  /** What grows. */
  readonly axis: string
  readonly x: number
}

export interface Drawn {
  readonly case: string
  readonly unit: string
  readonly better: Better
  /** `null`: no figure. */
  readonly ours: number | null
  readonly limit: number | null
  readonly peers: Readonly<Record<string, number>>
  /** Ours divided by the other, by name; `limit` is one. */
  readonly ratio: Readonly<Record<string, number>>
  readonly series?: Series | undefined
}
