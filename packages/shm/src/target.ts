/** What the driver is asked for, and refuses. */
import { CamioError, type Target } from '@camio/core/spi'
import type { shmOptions } from './options.js'

export type ShmTarget = Target<typeof shmOptions>

export function refusal(code: string, { uri }: Pick<ShmTarget, 'uri'>, why: string): CamioError {
  return new CamioError(code, `${uri}: ${why}`, { uri })
}
