export { chart } from './chart.js'
export { LIMIT, OURS } from './draw.js'
export { binary, percent, short } from './number.js'
export type { Better, Drawn, Series } from './types.js'
