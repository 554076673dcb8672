/** A program for a network namespace of its own: both ends at the address that it is given, which is this host's. */
import '@camio/tcp'
import { listen, open } from '@camio/core'
import { congestionOf } from './congestion-of.js'

const listener = await listen(`tcp://${process.argv[2]}:0`)
const [near, far] = await Promise.all([open(listener.uri), listener.accept()])
console.log(JSON.stringify({ near: congestionOf(near), far: congestionOf(far) }))
await Promise.all([near, far, listener].map((each) => each.close()))
