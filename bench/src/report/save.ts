import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join, relative } from 'node:path'
import { chart } from '@camio/show'
import type { Result } from '../types.js'

export interface How {
  readonly seed: number
  readonly quick: boolean
}

/** What a figure depends on besides the code. */
function machine(): Record<string, string | number> {
  const all = cpus()
  return { node: process.version, kernel: release(), cpu: all[0]?.model ?? 'unknown', cores: all.length }
}

/** Writes <suite>.json and <suite>.svg; answers their paths as seen from here. */
export function save(folder: string, suite: string, how: How, results: readonly Result[]): string[] {
  mkdirSync(folder, { recursive: true })
  const data = join(folder, `${suite}.json`)
  const picture = join(folder, `${suite}.svg`)
  writeFileSync(data, `${JSON.stringify({ suite, ...how, machine: machine(), results }, null, 2)}\n`)
  writeFileSync(picture, chart(`CamIO for Node: ${suite}`, results))
  return [data, picture].map((path) => relative(process.cwd(), path))
}
