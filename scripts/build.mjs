// npm run build: what is published. Here the native parts must build.
import { main } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

await main(() => setUp({ native: 'required' }))
