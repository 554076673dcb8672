/** A pipe whose source cannot say at once what it has: the thread pool reads, and the event loop goes on meanwhile. */
import { existsSync, readFileSync } from 'node:fs'
import { open, pipe } from '@camio/core'
import '@camio/file'
import { fresh, uri } from './support/folder.js'
import { linux, needing } from './support/tools.js'

/** One of many files whose file system does not know RWF_NOWAIT. */
const UNSURE = '/sys/kernel/mm/transparent_hugepage/enabled'

needing(existsSync('/dev/urandom'), '/dev/urandom')(
  'a source that is read by the pool is piped to its end while timers run',
  async (t) => {
    const to = fresh()
    const source = await open(uri('/dev/urandom', 'engine=node'))
    const sink = await open(uri(to, 'mode=a&engine=node'))
    const control = new AbortController()
    const timer = setInterval(() => source.stats.read.bytes > 1_000_000 && control.abort(), 1)
    const result = await pipe(source, sink, { signal: control.signal })
    clearInterval(timer)
    t.is(result.path, 'read-into')
    t.true(result.bytes > 0)
    // An abort leaves what the sink has taken on its way; closing delivers it.
    await sink.close()
    await source.close()
    t.is(readFileSync(to).length, result.bytes)
  },
)

needing(linux && existsSync(UNSURE), UNSURE)(
  'a file system without RWF_NOWAIT is piped to its end by the native engine',
  async (t) => {
    const to = fresh()
    const result = await pipe(await open(uri(UNSURE, 'engine=native')), await open(uri(to, 'mode=a')), { close: true })
    t.like(result, { path: 'read-into', ended: true })
    t.is(readFileSync(to, 'utf8'), readFileSync(UNSURE, 'utf8'))
  },
)
