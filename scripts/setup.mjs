// npm run setup: everything that `npm test` does before its first test. A missing C++ compiler is only a warning.
import { main } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(() => setUp({ native: 'optional' }))
