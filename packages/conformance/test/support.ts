/** The harness of `mem:`, as the tests of this package use it. */
import type { Harness, PlainOptions } from '@camio/conformance'
import '@camio/mem'

let names = 0

export function memHarness(label?: string, options?: PlainOptions): Harness {
  return {
    scheme: 'mem',
    module: import.meta.resolve('@camio/mem'),
    ...(label !== undefined && { label }),
    ...(options !== undefined && { options }),
    pair: { address: () => `mem:conformance-${process.pid}-${++names}` },
  }
}
