/** What a process has of the system. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

export interface Left {
  readonly sockets: number
  readonly memories: number
  readonly mappings: number
}

/** Sockets, files in memory, and mappings of such files. */
export function left(): Left {
  const descriptors = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return ''
    }
  })
  const maps = readFileSync('/proc/self/maps', 'utf8').split('\n')
  return {
    sockets: descriptors.filter((target) => target.startsWith('socket:')).length,
    memories: descriptors.filter((target) => target.includes('camio-shm')).length,
    mappings: maps.filter((line) => line.includes('camio-shm')).length,
  }
}

/** After everything that nobody holds any more was given back. */
export async function leftAtLast(): Promise<Left> {
  for (let i = 0; i < 3; i++) {
    gc()
    await new Promise<void>((resolve) => setTimeout(resolve, 5))
  }
  return left()
}
