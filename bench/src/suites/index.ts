import type { Suite } from '../types.js'
import { adapters } from './adapters.js'
import { cat } from './cat.js'
import { frame } from './frame.js'
import { kv } from './kv.js'
import { netmap } from './netmap.js'
import { overhead } from './overhead.js'
import { packet } from './packet.js'
import { select } from './select.js'
import { shm } from './shm.js'
import { tcp } from './tcp.js'
import { udp } from './udp.js'

export const SUITES: readonly Suite[] = [cat, tcp, shm, udp, packet, netmap, overhead, frame, adapters, select, kv]
