/** `node pair.program.js FROM TO FOLDER RESULT`: a pair of which one end is a standard stream of this process. */
import { writeFileSync } from 'node:fs'
import { runPair } from './pair.js'

const [from, to, folder, result] = process.argv.slice(2)
const { received, ...said } = await runPair(from!, to!, folder!)
writeFileSync(result!, JSON.stringify({ ...said, received: received && Buffer.from(received).toString('base64') }))
