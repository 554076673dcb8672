/** Results as people and programs read them. */
import { aligned, type Drawn, short } from '@camio/show'
import type { Measured } from './measure.js'

const HEADS = ['', 'ops/s', 'p50 us', 'p99 us', 'p99.9 us', 'max us', 'copies/op']

export function table(results: readonly Measured[]): string {
  const rows = results.map(({ uri, perSecond, latencyUs: { p50, p99, p999, max }, copies, note }) => [
    uri,
    short(Math.round(perSecond)),
    ...[p50, p99, p999, max].map(short),
    copiesText(copies),
    note ?? '',
  ])
  return aligned([[...HEADS, ''], ...rows], [1, 2, 3, 4, 5, 6]).join('\n')
}

/** Both ends together; with a plus where the server does not tell its own. */
export function copiesText({ client, server }: Measured['copies']): string {
  return server === null ? `${client.toFixed(2)} + ?` : (client + server).toFixed(2)
}

/** Two cases for a chart: how many, and how long one takes. */
export function drawn(results: readonly Measured[], what: string): Drawn[] {
  const figures = (of: (result: Measured) => number) =>
    Object.fromEntries(results.map((result) => [result.uri, of(result)]))
  const none = { ours: null, limit: null, ratio: {} }
  return [
    { ...none, case: what, unit: 'operations/s', better: 'higher', peers: figures(({ perSecond }) => perSecond) },
    { ...none, case: 'latency, median', unit: 'us', better: 'lower', peers: figures(({ latencyUs }) => latencyUs.p50) },
    {
      ...none,
      case: 'latency, 99 of 100',
      unit: 'us',
      better: 'lower',
      peers: figures(({ latencyUs }) => latencyUs.p99),
    },
  ]
}
