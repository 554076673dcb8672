// Starting other programs: the tools of node_modules by their JavaScript entry, so that no shell is needed anywhere.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { root } from './packages.mjs'

/** The arguments that make `node` run the command of an installed package. */
export function tool(name, command = name.split('/').pop()) {
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[command])
}

/**
 * Environment for a child. Extra certificates make Node start three times slower and only programs that download
 * something need them.
 */
function environment(network) {
  const { NODE_EXTRA_CA_CERTS, ...rest } = process.env
  return network && NODE_EXTRA_CA_CERTS ? { ...rest, NODE_EXTRA_CA_CERTS } : rest
}

/** Runs `command` with our own standard streams, and `env` beside our own environment. Resolves with its exit code. */
export function run(command, args, { cwd = root, network = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...environment(network), ...env }, stdio: 'inherit' })
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** Runs `command`, and gives each line of its standard output to `onLine`. Resolves with its exit code. */
export function follow(command, args, onLine, { cwd = root, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = ['inherit', 'pipe', 'inherit']
    const child = spawn(command, args, { cwd, env: { ...environment(false), ...env }, stdio })
    createInterface({ input: child.stdout }).on('line', onLine)
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** Runs `command` silently and resolves with its exit code and all that it said. */
export function capture(command, args, { cwd = root, network = false, env = {}, input = '' } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...environment(network), ...env }, stdio: 'pipe' })
    let output = ''
    const collect = (chunk) => {
      output += chunk
    }
    child.stdout.setEncoding('utf8').on('data', collect)
    child.stderr.setEncoding('utf8').on('data', collect)
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

export const runNode = (args, options) => run(process.execPath, args, options)
export const captureNode = (args, options) => capture(process.execPath, args, options)
