/** Where things are. */
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '')
export const output = fileURLToPath(new URL('../out', import.meta.url))
