import type { Suite } from '../types.js'
import { cat } from './cat.js'
import { tcp } from './tcp.js'

export const SUITES: readonly Suite[] = [cat, tcp]
