import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { connect } from './ends.js'
import { FRAMES } from './framing.js'
import { MessageMaker } from './maker.js'

const size = number('size', 64)
const { make } = new MessageMaker(messageFormat(size))
const stream = await connect(FRAMES)

// Written in place until there is no room; what was committed leaves together when the program waits.
for (;;) if (stream.writeBatch(make, size) === 0) await stream.writable()
