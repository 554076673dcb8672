/** Opens each URI of the command line, and prints what became of it. Run with Node's permission model: see permission.test.ts. */
import { open } from '@camio/core'
import '@camio/file'
import '@camio/shm'
import '@camio/tcp'

for (const uri of process.argv.slice(2)) console.log(await outcome(uri))

async function outcome(uri: string): Promise<string> {
  try {
    const stream = await open(uri)
    await stream.close()
    return 'opened'
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return `${code}: ${message}`
  }
}
