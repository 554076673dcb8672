/** `pipe` as a process of its own, to be watched by strace: source and sinks are URIs. */
import { open, pipe } from '@camio/core'
import '@camio/file'

const [from, ...to] = process.argv.slice(2) as [string, ...string[]]
const source = await open(from)
const sinks = await Promise.all(to.map((uri) => open(uri, { mode: 'w' })))
const { path, bytes, copies, systemCalls } = await pipe(source, sinks, { close: true })
process.stderr.write(JSON.stringify({ path, bytes, copies, systemCalls }))
