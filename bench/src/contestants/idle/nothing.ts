// A process without a stream: what Node itself does while nothing happens.
import { watchIdleness } from '../common/idle.js'

await watchIdleness()
