import { Rounds } from '../common/rounds.js'
import { connect } from './ends.js'
import { FRAMES } from './framing.js'
import { Spinning } from './spinning.js'

const rounds = new Rounds()
const spinning = new Spinning(await connect(FRAMES))

for (;;) {
  spinning.send(rounds.start())
  rounds.finish(spinning.receive())
}
