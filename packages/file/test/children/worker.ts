/** A worker that is in the middle of everything when it is told to end. */
import { parentPort, workerData } from 'node:worker_threads'
import { open, pipe } from '@camio/core'
import '@camio/file'

const { fifo, large, into } = workerData as { fifo: string; large: string; into: string }
const quiet = await open(`file:${fifo}`)
// Never ends: nobody writes.
pipe(quiet, await open('file:/dev/null', { mode: 'w' })).catch(() => {})
pipe(await open(`file:${large}`), await open(`file:${into}`, { mode: 'w' })).catch(() => {})
const mapped = await open(`mmap:${large}`)
const lease = await mapped.read()
const waiting = await open(`file:${fifo}`)
waiting.read().catch(() => {})
parentPort!.postMessage(lease![0])
