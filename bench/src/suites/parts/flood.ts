/** One end sends as fast as it can, the other counts what comes; both report. */
import type { Settings } from '../../types.js'
import type { Terms } from './entries.js'
import { spans } from './figures.js'

export const flood = (size: number, settings: Settings, figure: Terms['figure']): Terms => ({
  // Small messages are read whole by everybody, as the limits in C do: see contestants/common/message.ts.
  args: { size, sum: 1, ...spans(settings) },
  reporter: 'listener',
  both: true,
  figure,
})
