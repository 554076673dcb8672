import { acceptOne } from './ends.js'
import { FRAMES } from './framing.js'
import { Spinning } from './spinning.js'

const spinning = new Spinning(await acceptOne(FRAMES))

for (;;) spinning.send(spinning.receive())
