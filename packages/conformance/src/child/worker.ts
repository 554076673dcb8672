/** A worker thread: its task is `workerData`, what it says are messages. */
import { parentPort, workerData } from 'node:worker_threads'
import { perform } from './scenarios.js'
import type { Task } from './task.js'

await perform(workerData as Task, (word) => parentPort!.postMessage(word))
