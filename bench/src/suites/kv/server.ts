/** Servers that speak the Redis protocol over TCP, and redis-benchmark, which loads them. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { environment } from '../../run/child.js'
import { PAIR, pinned } from '../../run/cpus.js'
import { contestant } from '../../run/places.js'

export const PROGRAM = fileURLToPath(import.meta.resolve('camio-kv/bin/camio-kv.mjs'))
const PATIENCE_MS = 10_000

/** The command of a server at this port. */
export type Server = (port: number) => readonly string[]

export const ours: Server = (port) => [process.execPath, PROGRAM, '--listen', `tcp://127.0.0.1:${port}`]

export const redis: Server = (port) =>
  `redis-server --port ${port} --bind 127.0.0.1 --appendonly no --save`.split(' ').concat('')

export const net =
  (...args: readonly string[]): Server =>
  (port) => [process.execPath, contestant('kv/net-server'), '--port', String(port), ...args]

export interface Load {
  readonly test: 'get' | 'set'
  readonly requests: number
  readonly clients: number
  readonly pipeline: number
  /** Different keys; 0: one. */
  readonly keys: number
}

/** One run of redis-benchmark against a server of its own, on the other core. @returns requests a second */
export async function measure(name: string, server: Server, load: Load): Promise<number> {
  const port = await freePort()
  const [file, ...args] = pinned(server(port), PAIR[0])
  const child = spawn(file!, args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment() })
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  try {
    await untilThere(name, child, port)
    // Once so that everything is compiled and the keys are there, then for the figure.
    await benchmark(port, { ...load, test: 'set', requests: load.requests / 4 })
    await benchmark(port, { ...load, requests: load.requests / 4 })
    return await benchmark(port, load)
  } finally {
    process.off('exit', end)
    end()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

async function benchmark(port: number, { test, requests, clients, pipeline, keys }: Load): Promise<number> {
  const words = ['-p', port, '-t', test, '-n', Math.ceil(requests), '-c', clients, '-P', pipeline, '--csv'].map(String)
  if (keys > 0) words.push('-r', String(keys))
  const [file, ...args] = pinned(['redis-benchmark', ...words], PAIR[1])
  const { stdout } = await promisify(execFile)(file!, args, { env: environment(), timeout: 60_000 })
  const rate = Number(stdout.trim().split('\n').at(-1)?.split(',')[1]?.replaceAll('"', ''))
  if (!(rate > 0)) throw new Error(`redis-benchmark says: ${stdout}`)
  return rate
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function untilThere(name: string, child: ChildProcess, port: number): Promise<void> {
  let said = ''
  child.stderr!.on('data', (text) => {
    said += text
  })
  for (const start = Date.now(); Date.now() - start < PATIENCE_MS; ) {
    if (child.exitCode !== null) throw new Error(`${name}: ${said.trim().split('\n').at(-1)}`)
    const socket = connect(port, '127.0.0.1')
    const there = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (there) return
    await sleep(20)
  }
  throw new Error(`${name}: does not listen`)
}
