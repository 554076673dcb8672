import { percent, short } from '@camio/show'
import { LIMIT, OURS } from '../result.js'
import { CALM } from '../rounds.js'
import type { Judgement, Result } from '../types.js'

/** A case as a person reads it: a line per contestant, the ratio beside it, the goal beside that. */
export function table(result: Result): string {
  const lines = [heading(result)]
  for (const row of align(rows(result))) lines.push(`  ${row}`)
  if (result.note !== undefined) lines.push(`  note: ${result.note}`)
  if (result.others > CALM) lines.push(`  disturbed: other programs took ${percent(result.others)} of the cores`)
  if (result.calibration !== undefined) lines.push(`  right before: ${pairsText(result.calibration)}`)
  return lines.join('\n')
}

function heading(result: Result): string {
  const runs = `${result.runs} ${result.runs === 1 ? 'run' : 'runs'} each`
  return `${result.suite} / ${result.case}  (${result.unit}, ${result.better} is better, ${runs})`
}

function rows(result: Result): string[][] {
  const figures: [string, number | null][] = [
    [OURS, result.ours],
    [LIMIT, result.limit],
    ...Object.entries(result.peers),
  ]
  const present = figures.filter((entry): entry is [string, number] => entry[1] !== null)
  return [
    ...present.map(([name, value]) => row(result, name, value)),
    ...Object.entries(result.absent).map(([name, reason]) => [name, '-', `absent: ${reason}`, '', '', '']),
  ]
}

function row(result: Result, name: string, value: number): string[] {
  const ratio = result.ratio[name]
  const spread = result.spread[name] ?? 0
  return [
    name === LIMIT ? 'C limit' : name,
    short(value),
    `spread ${percent(spread)}`,
    ratio === undefined ? '' : `ours is ${short(ratio)} x`,
    pairsText(result.beside?.[name] ?? {}),
    result.goals
      .filter((goal) => goal.against === name)
      .map((goal) => goalText(goal, result.unit))
      .join(', '),
  ]
}

function goalText(goal: Judgement, unit: string): string {
  const verdict = goal.pass ? 'PASS' : 'short'
  if ('ratio' in goal) return `${verdict} (goal ${goal.is} ${short(goal.ratio)} x)`
  return `${verdict} (${short(goal.got)} ${unit} apart, goal ${goal.is} ${short(goal.difference)})`
}

function pairsText(pairs: Readonly<Record<string, number>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(', ')
}

function align(table: readonly string[][]): string[] {
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...table.filter((cells) => cells[1] !== '-').map((cells) => cells[column]!.length)),
  )
  widths[0] = Math.max(0, ...table.map((cells) => cells[0]!.length))
  return table.map((cells) =>
    cells
      .map((cell, column) => (column === 1 ? cell.padStart(widths[1]!) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
