import { number } from '../common/arguments.js'
import { Meter } from '../common/meter.js'
import { StreamCheck } from '../common/payload.js'
import { listen } from './listen.js'

const meter = new Meter()
const check = new StreamCheck(number('size', 65536))

listen((socket) => socket.on('data', (chunk) => meter.add(check.chunk(chunk))))
