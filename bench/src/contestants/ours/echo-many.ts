import { Events } from '../common/events.js'
import { accepted, BYTES } from './ends.js'
import { serve } from './serve.js'

const events = new Events()
const count = (): void => events.add()

// Connections end with a reset when the load is over.
for await (const stream of accepted(BYTES)) serve(stream, count).catch(() => {})
