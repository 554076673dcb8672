import { Events } from '../common/events.js'
import { accepted } from './ends.js'
import { BYTES } from './framing.js'
import { serve } from './serve.js'

const events = new Events()
const count = (): void => events.add()

// Connections end with a reset when the load is over.
for await (const stream of accepted(BYTES)) serve(stream, count).catch(() => {})
