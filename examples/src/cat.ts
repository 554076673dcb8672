// cat in twenty lines, over any stream.
//   node examples/dist/cat.js README.md file:LICENSE tcp://127.0.0.1:7000
import { fileUri, isCamioError, open, pipe } from '@camio/core'
import '@camio/file'
import '@camio/tcp'

await using output = await open('stdio:', { mode: 'w' })
const inputs = process.argv.slice(2)
for (const name of inputs.length > 0 ? inputs : ['-']) {
  try {
    await using input = await open(/^(-$|\w+:)/.test(name) ? name : fileUri(name))
    await pipe(input, output, { end: false })
  } catch (error) {
    if (!isCamioError(error)) throw error
    console.error(`${name}: ${error.message}`)
    process.exitCode = 1
  }
}
