// Running npm: the one that runs this script, if one does.
import { basename } from 'node:path'
import { capture, captureNode, run, runNode } from './run.mjs'

const self = process.env.npm_execpath
const isNpm = self !== undefined && basename(self).startsWith('npm-cli')
const command = process.platform === 'win32' ? 'npm.cmd' : 'npm'

const call = (ofNode, ofSystem, args, options) =>
  isNpm ? ofNode([self, ...args], options) : ofSystem(command, args, options)

/** With our own standard streams. Resolves with its exit code. */
export const npm = (args) => call(runNode, run, args, { network: true })

/** Silently. Resolves with its exit code and all that it said. */
export const captureNpm = (args, options) => call(captureNode, capture, args, { network: true, ...options })
