/**
 * `cable-pipe:` and `cable-vale:`, for the conformance suite: two ends of a pipe, two ports of a switch. An address is `PID/NUMBER`: whose,
 * and which.
 */
import '@camio/netmap'
import { registerCable } from '../../xdp/dist-test/cable-scheme.js'

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

/** With the usual 1024 slots a port, or a name of pipes, has memory of 42 MB, and the suite opens up to sixteen at once. */
const SMALL = { txSlots: 256, rxSlots: 256 }

registerCable({
  scheme: 'cable-pipe',
  beneath: 'netmap',
  addressForm: 'PID/NUMBER',
  // Pipes of one name share its memory, which has room for five; another address is another name.
  cables(address) {
    const name = `c${address.replace('/', 'n')}`
    return numbers(5).map((i) => `${name} ${i}`)
  },
  ends(cable) {
    const [name, pipe] = cable.split(' ')
    return {
      near: { uri: `netmap:${name}{${pipe}`, options: SMALL },
      far: { uri: `netmap:${name}}${pipe}`, options: SMALL },
    }
  },
})

/** Netmap has no more at a time. */
export const SWITCHES = 8

registerCable({
  scheme: 'cable-vale',
  beneath: 'vale',
  addressForm: 'PID/NUMBER',
  // Each is a switch of its own: what it does not know it floods to all its ports.
  cables(address) {
    const [pid, number] = address.split('/')
    return numbers(SWITCHES).map((i) => `c${pid}s${(Number(number) + i) % SWITCHES}`)
  },
  ends: (cable) => ({
    near: { uri: `vale:${cable}:a`, options: SMALL },
    far: { uri: `vale:${cable}:b`, options: SMALL },
  }),
})
