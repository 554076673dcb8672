/** The states of two connected streams. */
import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'
import { LINK, MESSAGES, mode, PAIR } from '../../case.js'
import { fill, writeUntilBroken } from '../../expect.js'
import { pattern } from '../../payload.js'
import type { Rig } from '../../rig.js'
import { CLOSED, NOTHING_TO_READ, noWriting, READING, type State, WRITING } from './table.js'

export const PAIR_STATES: readonly State[] = [
  {
    name: 'nothing at hand, room to write',
    needs: [LINK],
    make: async (rig) => (await rig.pair()).far,
    outcomes: { ...NOTHING_TO_READ, ...WRITING },
  },
  {
    name: 'something at hand',
    needs: [LINK],
    make: (rig) => withMessage(rig, pattern(0, 100)),
    outcomes: {
      ...WRITING,
      tryRead: 'lease',
      readBatch: '1',
      tryReadBatch: 'lease',
      release: 'MISUSE',
      ended: 'false',
      read: 'lease',
      readable: 'done',
    },
  },
  {
    name: 'an empty message at hand',
    needs: [LINK, MESSAGES],
    make: (rig) => withMessage(rig, new Uint8Array(0)),
    outcomes: {
      tryRead: 'empty lease',
      readBatch: '1',
      tryReadBatch: 'empty lease',
      release: 'MISUSE',
      ended: 'false',
      read: 'empty lease',
      readable: 'done',
    },
  },
  {
    name: 'a lease out',
    needs: [LINK],
    async make(rig) {
      const stream = await withMessage(rig, pattern(0, 100))
      await stream.read()
      return stream
    },
    outcomes: {
      ...WRITING,
      tryRead: 'MISUSE',
      readBatch: 'MISUSE',
      tryReadBatch: 'MISUSE',
      release: 'true',
      ended: 'false',
      read: 'MISUSE',
      readable: 'waits',
    },
  },
  {
    name: 'ended by the peer',
    needs: [PAIR],
    async make(rig) {
      const { near, far } = await rig.pair()
      await near.end()
      await far.readable()
      return far
    },
    outcomes: { ...READING, ...WRITING, ended: 'true', read: 'null', readable: 'done' },
  },
  {
    name: 'broken, everything read',
    needs: [PAIR],
    async make(rig) {
      const { near, far } = await rig.pair()
      await near.close({ discard: true })
      await writeUntilBroken(far)
      return far
    },
    outcomes: {
      ...noWriting('error'),
      tooLarge: 'error or TOO_LARGE',
      tryRead: 'error',
      readBatch: 'error',
      tryReadBatch: 'error',
      release: 'MISUSE',
      ended: 'false',
      commit: 'MISUSE',
      cancel: 'MISUSE',
      tryFlush: 'error',
      read: 'error',
      readable: 'done',
      writable: 'done',
      flush: 'error',
      end: 'error',
      close: 'done',
    },
  },
  {
    name: 'closed',
    needs: [LINK],
    async make(rig) {
      const { far } = await rig.pair()
      await far.close()
      return far
    },
    outcomes: CLOSED,
  },
  {
    name: 'ended by itself',
    needs: [LINK],
    async make(rig) {
      const { far } = await rig.pair()
      await far.end()
      return far
    },
    outcomes: {
      ...NOTHING_TO_READ,
      ...noWriting('ENDED'),
      commit: 'MISUSE',
      cancel: 'MISUSE',
      tryFlush: 'true',
      flush: 'done',
      end: 'done',
      close: 'done',
    },
  },
  {
    name: 'a claim out',
    needs: [LINK],
    async make(rig) {
      const { far } = await rig.pair()
      assert.ok(far.tryClaim(10) !== null)
      return far
    },
    outcomes: {
      ...NOTHING_TO_READ,
      ...noWriting('MISUSE'),
      tooLarge: 'MISUSE or TOO_LARGE',
      commit: 'done',
      cancel: 'done',
      tryFlush: 'true',
      flush: 'done',
      close: 'done',
    },
  },
  {
    name: 'full',
    needs: [PAIR],
    async make(rig) {
      const { far } = await rig.pair()
      await fill(far)
      return far
    },
    outcomes: {
      ...NOTHING_TO_READ,
      tryClaim: 'null',
      tryClaimAt: '-1',
      writeBatch: '0',
      tryWriteBatch: '0',
      tooLarge: 'TOO_LARGE',
      commit: 'MISUSE',
      cancel: 'MISUSE',
      tryWrite: 'false',
      tryFlush: 'true or false',
      write: 'waits',
      writable: 'waits',
      flush: 'done or waits',
      end: 'done or waits',
      close: 'done or waits',
    },
  },
  {
    name: 'opened for writing only',
    needs: [LINK, mode('w')],
    make: async (rig) => oneWay(rig, 'w'),
    outcomes: {
      ...WRITING,
      tryRead: 'NOT_READABLE',
      readBatch: 'NOT_READABLE',
      tryReadBatch: 'NOT_READABLE',
      release: 'MISUSE',
      ended: 'true or false',
      read: 'NOT_READABLE',
      readable: 'done or waits',
    },
  },
  {
    name: 'opened for reading only',
    needs: [LINK, mode('r')],
    make: async (rig) => oneWay(rig, 'r'),
    outcomes: {
      ...NOTHING_TO_READ,
      ...noWriting('NOT_WRITABLE'),
      commit: 'MISUSE or NOT_WRITABLE',
      cancel: 'MISUSE or NOT_WRITABLE',
      tryFlush: 'true',
      flush: 'done',
      end: 'done',
      close: 'done',
    },
  },
]

async function withMessage(rig: Rig, message: Uint8Array): Promise<Stream> {
  const { near, far } = await rig.pair()
  await near.write(message)
  await near.flush()
  await far.readable()
  return far
}

async function oneWay(rig: Rig, mode: 'r' | 'w'): Promise<Stream> {
  const listener = await rig.listen()
  return rig.openAt(listener, { mode })
}
