// npm run test:netmap [-- <arguments for ava>]: the suites of @camio/netmap against the kernel's own /dev/netmap.
// Everything of it: switches, pipes, and, as root, veth in emulated mode with its host rings. Root can be had in a virtual machine.
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/packages.mjs'
import { runNode, tool } from './lib/run.mjs'
import { main, Stop, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

const NEEDS = `Nothing was tested. It needs
  - Linux with the kernel module netmap: https://github.com/luigirizzo/netmap, then insmod netmap.ko
  - the right to open /dev/netmap (root, unless udev gives it to somebody else)
  - for cards: root, iproute2 and the kernel module veth; what is missing of these is skipped by name
The same suites, without cards, run in "npm test" over a stand-in for the module.`

function check() {
  try {
    closeSync(openSync('/dev/netmap', 'r+'))
  } catch ({ code, message }) {
    throw new Stop(`/dev/netmap cannot be opened (${code ?? message}).\n${NEEDS}`)
  }
}

await main(async (args) => {
  if (process.env.CAMIO_NETMAP_STAND_IN) throw new Stop('CAMIO_NETMAP_STAND_IN is set: this is for the module itself.')
  check()
  await setUp({ native: 'required' })
  say('tests: ava, over the kernel’s /dev/netmap')
  return runNode([tool('ava'), ...args], { cwd: join(root, 'packages', 'netmap') })
})
