import { acceptOne, BYTES } from './ends.js'
import { serve } from './serve.js'

await serve(await acceptOne(BYTES), () => {})
