/** What the tests of stdio: run as a process of its own: one word says what to do. */
import { open, pipe } from '@camio/core'
import '@camio/file'

const [what, engine] = process.argv.slice(2) as [string, 'native' | 'node']
const say = (text: string) => process.stderr.write(`${text}\n`)

switch (what) {
  case 'copy': {
    const result = await pipe(await open('stdio:', { engine }), await open('stdio:', { mode: 'w', engine }), {
      close: true,
    })
    say(`${result.path} ${result.bytes}`)
    break
  }
  case 'head': {
    // Reads a little, says so, and leaves with a read still waiting.
    const input = await open('stdio:', { engine })
    const lease = await input.read()
    say(`read ${lease!.length}`)
    input.release()
    input.unref()
    input.read().catch(() => {})
    break
  }
  case 'exit': {
    const input = await open('stdio:', { engine })
    input.read().catch(() => {})
    setImmediate(() => process.exit(7))
    break
  }
  case 'flood': {
    const output = await open('stdio:', { mode: 'w', engine })
    try {
      for (;;) await output.write(new Uint8Array(100_000))
    } catch (error) {
      const { code, errno } = error as { code: string; errno: number }
      say(`${code} ${errno}`)
    }
    break
  }
  case 'close': {
    const output = await open('stdio:', { mode: 'w', engine })
    await output.write(Buffer.from('first '))
    await output.close()
    process.stdout.write('second')
    break
  }
}
