import { acceptOne } from './ends.js'

const node = await acceptOne()
node.pipe(node)
