import type { Suite } from '../types.js'
import { cat } from './cat.js'
import { overhead } from './overhead.js'
import { tcp } from './tcp.js'

export const SUITES: readonly Suite[] = [cat, tcp, overhead]
