/** The states of a stream on what is stored. */
import { mode, READS, STORE, WRITES } from '../../case.js'
import { collectBytes, pattern } from '../../payload.js'
import { CLOSED_READING, noWriting, READING, type State, WRITING } from './table.js'

export const STORE_STATES: readonly State[] = [
  {
    name: 'stored, something at hand',
    needs: [STORE, READS],
    make: (rig) => rig.source([pattern(0, 100)]),
    outcomes: {
      ...noWriting('NOT_WRITABLE'),
      release: 'MISUSE',
      ended: 'false',
      read: 'lease',
      readable: 'done',
      close: 'done',
    },
  },
  {
    name: 'stored, a lease out',
    needs: [STORE, READS],
    async make(rig) {
      const stream = await rig.source([pattern(0, 100)])
      await stream.read()
      return stream
    },
    outcomes: { tryRead: 'MISUSE', readBatch: 'MISUSE', tryReadBatch: 'MISUSE', read: 'MISUSE', release: 'true' },
  },
  {
    name: 'stored, read to the end',
    needs: [STORE, READS],
    async make(rig) {
      const stream = await rig.source([pattern(0, 100)])
      await collectBytes(stream)
      return stream
    },
    outcomes: { ...READING, ended: 'true', read: 'null', readable: 'done', close: 'done' },
  },
  {
    name: 'stored, closed',
    needs: [STORE, READS],
    async make(rig) {
      const stream = await rig.source([pattern(0, 100)])
      await stream.close()
      return stream
    },
    outcomes: CLOSED_READING,
  },
  {
    name: 'to be stored',
    needs: [STORE, WRITES],
    make: async (rig) => (await rig.sink()).stream,
    outcomes: WRITING,
  },
  {
    name: 'stored, opened for writing only',
    needs: [STORE, mode('w')],
    make: async (rig) => rig.openStore(await rig.subject.harness.store!.place(), 'w'),
    outcomes: {
      tryRead: 'NOT_READABLE',
      readBatch: 'NOT_READABLE',
      tryReadBatch: 'NOT_READABLE',
      read: 'NOT_READABLE',
    },
  },
]
