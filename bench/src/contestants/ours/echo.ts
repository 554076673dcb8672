import { flag } from '../common/arguments.js'
import { acceptOne } from './ends.js'
import { BYTES, FRAMES } from './framing.js'
import { serve } from './serve.js'

await serve(await acceptOne(flag('messages') ? FRAMES : BYTES), () => {})
