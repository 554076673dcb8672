/** `@camio/conformance`: the suite that every scheme passes. How to use it: README.md. */
export { OUTCOMES } from './cases/outcomes.js'
export { type Conformance, type ConformanceOptions, conformance, type TestFunction } from './conformance.js'
export type { Harness, PairHarness, PlainOptions, StoreHarness } from './harness.js'
