/** Servers that are killed while clients write, and what must be there again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerProcess, type Teardown } from './server.js'
import { encode, Wire } from './wire.js'

const KEYS = 50
const PIPELINE = 20

/** What a client knows of its keys: each has numbers that grow. */
class Writer {
  readonly acknowledged = new Map<string, number>()
  readonly sent = new Map<string, number>()
  private number = 0

  constructor(readonly name: string) {}

  /** Until the server is gone. */
  async run(uri: string): Promise<void> {
    const wire = await Wire.open(uri)
    try {
      for (;;) await this.burst(wire)
    } catch {
      // It was killed.
    } finally {
      await wire.stream.close({ discard: true }).catch(() => {})
    }
  }

  private async burst(wire: Wire): Promise<void> {
    const burst = Array.from({ length: PIPELINE }, () => {
      const number = ++this.number
      const key = `${this.name}:${number % KEYS}`
      this.sent.set(key, number)
      return { key, number }
    })
    await wire.stream.write(Buffer.concat(burst.map(({ key, number }) => encode(['SET', key, String(number)]))))
    for (const { key, number } of burst) {
      if ((await wire.next()) === 'OK') this.acknowledged.set(key, number)
    }
  }

  /** @returns what is wrong with what the server has of this client's keys */
  async check(wire: Wire): Promise<string | null> {
    for (const [key, acknowledged] of this.acknowledged) {
      const found = Number(await wire.ask('GET', key))
      if (found < acknowledged) return `${key} was acknowledged as ${acknowledged}, and is ${found}`
      if (found > this.sent.get(key)!) return `${key} is ${found}, and ${this.sent.get(key)} was the last one sent`
    }
    return null
  }
}

export interface Kills {
  readonly kills: number
  /** Writes that were acknowledged, of all clients. */
  readonly acknowledged: number
  /** Starts that cut a torn end off. */
  readonly cuts: number
}

/**
 * Starts a server on a log, lets clients of two transports write, kills it, and looks: `kills` times, on the same log, which is
 * rewritten again and again meanwhile. @throws when something acknowledged is lost
 */
export async function killServers(t: Teardown, home: string, kills: number): Promise<Kills> {
  const args = ['--listen', 'tcp://127.0.0.1:0', '--listen', `unix:${home}/kv.sock`, '--store', `file:${home}/kv.log`]
  const writers = Array.from({ length: 4 }, (_, i) => new Writer(`writer ${i}`))
  let cuts = 0
  for (let kill = 0; ; kill++) {
    const server = await ServerProcess.start(t, [...args, '--fsync', 'always', '--compact-from', '60KiB'])
    if (server.said.some((line) => line.includes('cut off'))) cuts++
    const wire = await Wire.open(server.uris[0]!)
    for (const writer of writers) {
      const wrong = await writer.check(wire)
      if (wrong !== null) throw new Error(`after ${kill} kills: ${wrong}`)
    }
    await wire.stream.close()
    if (kill === kills) {
      await server.stop('SIGTERM')
      break
    }
    const running = writers.map((writer, i) => writer.run(server.uris[i % 2]!))
    await sleep(20 + ((kill * 37) % 120))
    await server.stop('SIGKILL')
    await Promise.all(running)
  }
  const acknowledged = writers.reduce((sum, writer) => sum + Math.max(0, ...writer.acknowledged.values()), 0)
  return { kills, acknowledged, cuts }
}
