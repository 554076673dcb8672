/** What a worker or a child process is told to do. Plain data: it travels as JSON. */
import type { PlainOptions } from '../harness.js'

export interface Task {
  readonly scenario: Scenario
  /** Registers the scheme. */
  readonly module: string
  /** To listen on, to open, or where something is stored: the scenario says which. */
  readonly uri: string
  readonly listenOptions: PlainOptions
  readonly openOptions: PlainOptions
  /** How many bytes are stored at `uri`, or are to be written. */
  readonly bytes: number
}

export type Scenario =
  | 'round-trip'
  | 'ping-pong'
  | 'read-stored'
  | 'idle'
  | 'idle-stored'
  | 'wait'
  | 'wait-unref'
  | 'listen-to'
  | 'listen-unref'
  | 'write-and-hang'
  | 'hang'
