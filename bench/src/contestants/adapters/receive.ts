import { number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { StreamCheck } from '../common/payload.js'
import { acceptOne } from './ends.js'

const meter = new Meter()
const check = new StreamCheck(number('size', 65_536))
const node = await acceptOne()

node.on('data', (chunk: Buffer) => meter.add(check.chunk(chunk)))
