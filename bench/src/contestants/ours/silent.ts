import { connect } from './ends.js'
import { FRAMES } from './framing.js'

// The other end of an idle one: waits as well.
const stream = await connect(FRAMES)
await stream.readable()
