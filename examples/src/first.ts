// The first program: copies one stream to another, whatever the two are.
//   node examples/dist/first.js file:README.md file:/tmp/copy
//   node examples/dist/first.js file:README.md stdio:
//   node examples/dist/first.js file:README.md tcp://127.0.0.1:7000
import { open, pipe } from '@camio/core'
import '@camio/file'
import '@camio/tcp'

const [from = 'file:README.md', to = 'stdio:'] = process.argv.slice(2)
const source = await open(from, { mode: 'r' })
const sink = await open(to, { mode: 'w' })
const { bytes, path, copies } = await pipe(source, sink, { close: true })
console.error(`${bytes} bytes by ${path}, ${copies} copies`)
