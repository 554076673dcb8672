/** Servers for tests: in this process, or one of their own that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import '@camio/file'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import '@camio/udp'
import type { ExecutionContext } from 'ava'
import { makeCertificates } from '../../../dist/demo/certificates.js'
import { type Server, type ServerOptions, startServer } from '../../dist/server/server.js'

const PROGRAM = fileURLToPath(new URL('../../bin/camio-kv.mjs', import.meta.url))
let names = 0

/** A folder that is gone when the test is over. */
export function folder(t: Teardown): string {
  const path = mkdtempSync(join(tmpdir(), 'camio-kv-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A TCP port of this machine that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** A name that no other test has. */
export function name(): string {
  return `camio-kv-test-${process.pid}-${++names}`
}

/** A certificate for localhost in files, as options of `tls:` name them. */
export async function certificates(path: string): Promise<{ listen: string; ca: string }> {
  const { ca, cert, key } = await makeCertificates()
  for (const [file, text] of Object.entries({ ca, cert, key })) writeFileSync(join(path, `${file}.pem`), text)
  return { listen: `cert-file=${path}/cert.pem&key-file=${path}/key.pem`, ca: `${path}/ca.pem` }
}

/** What of a test these helpers need: long scripts have it, too. */
export interface Teardown {
  teardown(fn: () => unknown): void
}

export async function serve(t: ExecutionContext, options: ServerOptions): Promise<Server> {
  const server = await startServer({ report: (line) => t.log(line), ...options })
  t.teardown(() => server.close())
  return server
}

export class ServerProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly uris: readonly string[],
    /** What it said on standard error so far. */
    readonly said: string[],
  ) {}

  /** Resolves when it is ready. */
  static async start(t: Teardown, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    t.teardown(() => child.kill('SIGKILL'))
    const said: string[] = []
    createInterface(child.stderr!).on('line', (line) => said.push(line))
    const uris: string[] = []
    for await (const line of createInterface(child.stdout!)) {
      const listening = /^camio-kv: listening on (.*)$/.exec(line)
      if (listening) uris.push(listening[1]!)
      if (line === 'camio-kv: ready') return new ServerProcess(child, uris, said)
    }
    throw new Error(`the server did not start: ${said.join('\n')}`)
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(this.child, 'exit')
    this.child.kill(signal)
    const [code] = await exited
    return code
  }
}
