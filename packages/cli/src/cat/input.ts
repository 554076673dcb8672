/** Opening an input: one that cannot be opened is reported, and the next one follows. */
import { isCamioError, type Stream } from '@camio/core'
import { type End, openEnd } from '../end.js'
import type { Job } from './move.js'

/** @returns `null` if it cannot be opened, which the job has been told */
export async function openInput(end: End, job: Job): Promise<Stream | null> {
  try {
    return await openEnd(end, 'r', job)
  } catch (error) {
    if (!isCamioError(error)) throw error
    job.failed(end, error)
    return null
  }
}
