import type { Suite } from '../types.js'
import { calibrate } from './parts/calibrate.js'
import { ringsCases, sizesCases } from './shm/growth.js'
import { idleCase } from './shm/idle.js'
import { asleepCase, spinningCase } from './shm/round-trip.js'
import { bulkCase, smallCase } from './shm/throughput.js'

export const shm: Suite = {
  name: 'shm',
  summary:
    'shm: beside a ring in C, zeromq, net, MessagePort and child IPC: throughput, round trips, idle, as it grows',
  cases: async (settings) => [
    smallCase('copied', settings),
    smallCase('placed', settings),
    bulkCase(64, settings),
    bulkCase(1, settings),
    spinningCase(settings),
    asleepCase(settings),
    idleCase(settings),
    ...ringsCases('all', settings),
    ...ringsCases('one', settings),
    ...sizesCases(settings),
  ],
  calibrate,
}
