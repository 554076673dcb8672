import type { Suite } from './types.js'

export function help(suites: readonly Suite[]): string {
  const width = Math.max(...suites.map((suite) => suite.name.length))
  return `Usage: npm run bench -- <suite>... [options]

Runs CamIO beside its peers and beside what C reaches on this machine, in interleaved rounds, and prints medians and
ratios. A ratio is ours divided by the other: the median over the rounds of the quotient within a round.

Suites:
${suites.map((suite) => `  ${suite.name.padEnd(width)}  ${suite.summary}`).join('\n')}
  ${'all'.padEnd(width)}  all of them

Options:
  --quick        less data, fewer rounds: shows that it works, not how fast
  --json         one object a line on stdout instead of tables
  --case TEXT    only cases whose name contains TEXT; may be repeated
  --only TEXT    only contestants whose name contains TEXT ('ours', 'limit', a peer); may be repeated
  --runs N       counted rounds per case
  --seed N       repeats the order of an earlier run (it is printed with the results)
  --out FOLDER   where <suite>.json and <suite>.svg go (default: bench/results)
  --list         names the cases and the contestants, runs nothing
  --help         this text

Examples:
  npm run bench -- cat
  npm run bench -- tcp --quick
  npm run bench -- tcp --case '64 KiB' --runs 11
  npm run --silent bench -- all --json > results.ndjson
`
}
