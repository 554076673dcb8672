import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** `0-3,8` as numbers. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first, last = first] = part.split('-').map(Number)
      return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
    })
}

/** Two cores for the two ends of a pair: not two threads of one core, where the machine has more. */
export function pickPair(allowed: readonly number[], siblingsOf: (cpu: number) => readonly number[]): [number, number] {
  const first = allowed[0] ?? 0
  const siblings = siblingsOf(first)
  const other = allowed.find((cpu) => cpu !== first && !siblings.includes(cpu)) ?? allowed.find((cpu) => cpu !== first)
  return [first, other ?? first]
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function allowedCpus(): number[] {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(read('/proc/self/status') ?? '')?.[1]
  return list === undefined ? [0] : parseCpuList(list)
}

function siblings(cpu: number): number[] {
  return parseCpuList(read(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`) ?? '')
}

export const PAIR: readonly [number, number] = pickPair(allowedCpus(), siblings)

const hasTaskset = spawnSync('taskset', ['--version']).status === 0

/** The command on one core, or on these. Without taskset the kernel places it. */
export function pinned(command: readonly string[], cpus: number | readonly number[]): string[] {
  return hasTaskset ? ['taskset', '-c', [cpus].flat().join(','), ...command] : [...command]
}
