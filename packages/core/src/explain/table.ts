/** An explanation as text. */
import type { Features } from '../features.js'
import type { ExplainedCandidate, ExplanationData, Measured } from './explanation.js'

const PATHS: Readonly<Record<string, string>> = {
  read: 'each lease is the transport’s own memory',
  write: 'each claim is the transport’s own memory; write() copies into it',
  'hand-over': 'messages change hands, in memory that both ends share',
  'read-into': 'the source reads straight into the sink’s memory',
  copy: 'a lease of the source is written to the sink',
}

export function table(explanation: ExplanationData): string {
  const { source, sink, path, problem } = explanation
  const lines = columns([...endRows('source', source.candidates), ...endRows('sink', sink?.candidates ?? [])])
  const what = problem === null ? `${path}: ${PATHS[path!] ?? 'in the kernel'}` : `none: ${problem}`
  lines.push(`path    ${what}`, ...costLines(explanation))
  return lines.join('\n')
}

// ------------------------------------------------------------------------------------------------ candidates

function endRows(name: string, candidates: readonly ExplainedCandidate[]): string[][] {
  return candidates.map(({ uri, fate, reason, features }, i) => {
    const about = fate === 'dropped' || features === undefined ? [] : [describe(features)]
    return [i === 0 ? name : '', uri, fate, [...about, ...(reason === undefined ? [] : [reason])].join('; ')]
  })
}

/** What tells streams apart; what nearly all of them are goes without saying. */
function describe(features: Features): string {
  const { framing, scope, engine, reliable, ordered, encrypted, mtu } = features
  const words: Array<string | false> = [
    framing,
    `scope=${scope}`,
    `engine=${engine}`,
    Number.isFinite(mtu) && `mtu=${mtu}`,
    !reliable && 'not reliable',
    !ordered && 'not ordered',
    encrypted && 'encrypted',
  ]
  return words.filter((word) => word !== false).join(', ')
}

// ------------------------------------------------------------------------------------------------ costs

function costLines({ path, predicted, measured }: ExplanationData): string[] {
  if (predicted === null) return []
  const counts: ReadonlyArray<readonly [string, number | null, number | undefined]> = [
    ['user-space copies, at most', predicted.copies, measured?.copies],
    ['system calls', predicted.systemCalls, measured?.systemCalls],
    ['wake-ups', predicted.wakeUps, measured?.wakeUps],
  ]
  const unit = path === 'read' || (measured?.messages ?? 1) > 0 ? 'per message or piece' : 'per piece'
  const head = [unit, 'predicted', ...(measured === null ? [] : ['measured', 'in all'])]
  const rows = counts.map(([name, expected, total]) => [
    name,
    expected === null ? '?' : String(expected),
    ...(measured === null ? [] : [perMessage(total!, measured), String(total)]),
  ])
  return [...columns([head, ...rows]), ...(measured === null ? [] : [moved(measured)])]
}

function perMessage(total: number, { messages }: Measured): string {
  if (messages === 0) return total === 0 ? '0' : '-'
  const each = total / messages
  return Number.isInteger(each) ? String(each) : each.toFixed(2)
}

function moved({ messages, bytes, path, ended }: Measured): string {
  const pieces = messages === 0 ? '' : ` in ${messages} ${messages === 1 ? 'piece' : 'pieces'}`
  return `moved   ${bytes} bytes${pieces} by ${path}${ended ? '' : ', stopped before the end'}`
}

// ------------------------------------------------------------------------------------------------ columns

/** Rows padded to the widest of each column; the last one is as long as it is. */
function columns(rows: readonly string[][]): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, i) => {
      if (i < row.length - 1) most[i] = Math.max(most[i] ?? 0, cell.length)
    })
    return most
  }, [])
  return rows.map((row) =>
    row
      .map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i]!) : cell))
      .join('  ')
      .trimEnd(),
  )
}
