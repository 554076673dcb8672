import type { Suite } from '../types.js'
import { cat } from './cat.js'
import { overhead } from './overhead.js'
import { shm } from './shm.js'
import { tcp } from './tcp.js'
import { udp } from './udp.js'

export const SUITES: readonly Suite[] = [cat, tcp, shm, udp, overhead]
