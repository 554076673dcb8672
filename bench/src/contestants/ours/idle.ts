import { watchIdleness } from '../common/idle.js'
import { acceptOne } from './ends.js'
import { FRAMES } from './framing.js'

const stream = await acceptOne(FRAMES)
// Pending for good: the other end says nothing.
stream.readable().catch(() => {})
await watchIdleness()
