// The contract over tcp:, in a process whose call sites have seen other schemes first.
import { number, text } from '../common/arguments.js'
import { FRAMES } from '../ours/framing.js'
import { type What, writes } from './batch.js'
import { time } from './clock.js'
import { pair, seeOtherSchemes } from './schemes.js'

const what = text('what', 'readBatch') as What
const batch = number('batch', 480)
await seeOtherSchemes(batch)
const loops = await pair('tcp://127.0.0.1:0', FRAMES, batch)

await time(
  batch,
  () => loops.write(what),
  () => loops.read(what),
  writes(what) ? 'write' : 'read',
)
