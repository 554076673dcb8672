/** `node --expose-gc examples/kv/dist-test/long/fuzz.js [1000000]`: throws so many inputs and says what it found. */
import '@camio/mem'
import { fuzz } from '../support/fuzz.js'

fuzz('mem:camio-kv-fuzz', Number(process.argv[2] ?? 1_000_000), 3, 50).then(
  ({ inputs, grown }) => {
    console.log(`${inputs} inputs, no crash; the heap grew by ${Math.round(grown / 1024)} KiB`)
  },
  (error) => {
    console.error(error)
    process.exitCode = 1
  },
)
