/** `camio-kv serve`: the server as a program. */
import { isCamioError } from '@camio/core'
import '@camio/file'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import '@camio/udp'
import { UsageError } from '../usage.js'
import { HELP, settingsOf } from './arguments.js'
import { type Server, startServer } from './server.js'
import type { Settings } from './settings.js'

export async function run(args: readonly string[]): Promise<number> {
  let settings: Partial<Settings> | null
  let server: Server
  try {
    settings = settingsOf(args, process.env)
    if (settings === null) {
      process.stdout.write(HELP)
      return 0
    }
    server = await startServer(settings)
  } catch (error) {
    if (!(error instanceof UsageError) && !isCamioError(error)) throw error
    console.error(`camio-kv: ${error.message}`)
    return error instanceof UsageError ? 2 : 1
  }
  for (const uri of server.uris) console.log(`camio-kv: listening on ${uri}`)
  console.log('camio-kv: ready')
  await untilToldToStop()
  await server.close()
  return 0
}

function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
