/** The suite under `node:test`, for the scheme that the first argument names; see node-test.test.ts. */
import test from 'node:test'
import { conformance } from '@camio/conformance'
import './mutants/register.js'

const scheme = process.argv[2]!
let names = 0

const { run, skipped } = conformance({
  test,
  harness: {
    scheme,
    module: import.meta.resolve('./mutants/register.js'),
    pair: { address: () => `${scheme}:${++names}` },
    timeout: 10_000,
  },
})
process.stdout.write(`# registered ${run.length} ${skipped.length}\n`)
