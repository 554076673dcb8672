// What one writes with Node's streams: node-cat.mjs [FILE] [highWaterMark]
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

const [file = '-', highWaterMark] = process.argv.slice(2)
const options = highWaterMark === undefined ? {} : { highWaterMark: Number(highWaterMark) }
const source = file === '-' ? createReadStream('', { fd: 0, ...options }) : createReadStream(file, options)
await pipeline(source, process.stdout)
