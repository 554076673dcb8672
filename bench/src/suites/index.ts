import type { Suite } from '../types.js'
import { adapters } from './adapters.js'
import { cat } from './cat.js'
import { frame } from './frame.js'
import { overhead } from './overhead.js'
import { tcp } from './tcp.js'

export const SUITES: readonly Suite[] = [cat, tcp, overhead, frame, adapters]
