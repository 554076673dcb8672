/**
 * `cable-pipe:` and `cable-vale:`, for the conformance suite: two ends of a pipe, two ports of a switch. An address is `PID/NUMBER`: whose,
 * and which.
 */
import '@camio/netmap'
import { registerCable } from '../../xdp/dist-test/cable-scheme.js'

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)

registerCable({
  scheme: 'cable-pipe',
  beneath: 'netmap',
  addressForm: 'PID/NUMBER',
  cables(address) {
    const [pid, number] = address.split('/')
    return numbers(5).map((i) => `${pid}_${number}_${i}`)
  },
  ends: (cable) => ({ near: { uri: `netmap:camio{${cable}` }, far: { uri: `netmap:camio}${cable}` } }),
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
  ends: (cable) => ({ near: { uri: `vale:${cable}:a` }, far: { uri: `vale:${cable}:b` } }),
})
