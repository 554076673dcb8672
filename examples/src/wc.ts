// Counts lines, words and bytes, as wc(1) does for plain text. A mapped file is counted where it lies, without a copy.
//   node examples/dist/wc.js mmap:README.md file:README.md
import { open } from '@camio/core'
import '@camio/file'

const NEWLINE = 10

/** Space, and the control characters from tab to carriage return. */
const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13)

interface Counts {
  lines: number
  words: number
  bytes: number
}

async function count(uri: string): Promise<Counts> {
  await using stream = await open(uri, { mode: 'r' })
  const counts = { lines: 0, words: 0, bytes: 0 }
  let inWord = false
  for await (const lease of stream) {
    counts.bytes += lease.length
    for (let i = 0; i < lease.length; i++) {
      const byte = lease[i]!
      if (byte === NEWLINE) counts.lines++
      const space = isSpace(byte)
      if (inWord && space) inWord = false
      else if (!inWord && !space) {
        inWord = true
        counts.words++
      }
    }
  }
  return counts
}

for (const uri of process.argv.slice(2)) {
  const { lines, words, bytes } = await count(uri)
  console.log(`${lines} ${words} ${bytes} ${uri}`)
}
