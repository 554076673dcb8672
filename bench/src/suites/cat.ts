import { existsSync } from 'node:fs'
import { commandMissing } from '../run/availability.js'
import { runChild } from '../run/child.js'
import { limit, needed } from '../run/limits.js'
import { camioCommand, PEERS } from '../run/places.js'
import type { Absent, Case, Entry, Goal, Role, Settings, Suite } from '../types.js'
import { Workspace } from './cat/workspace.js'

const GIB = 2 ** 30
const KIB = 1024

/** Where the bytes come from and go to. `pages`: a pipe that is fed by splice, so fast that it hides nothing of the contestant. */
type Route = 'file->file' | 'file->pipe' | 'pipe->file' | 'pages->file' | 'file->/dev/null'

const GOALS: Readonly<Record<Route, readonly Goal[]>> = {
  'file->file': [{ against: 'cat', is: '<=', ratio: 1 }],
  'file->pipe': [{ against: 'cat', is: '<=', ratio: 0.8 }],
  'pipe->file': [{ against: 'cat', is: '<=', ratio: 0.95 }],
  'pages->file': [{ against: 'cat', is: '<=', ratio: 0.95 }],
  'file->/dev/null': [],
}
const SMALL_GOALS: readonly Goal[] = [{ against: 'node -e 0', is: '<=', ratio: 1.15 }]

/** A program that copies `file`, or its standard input, to its standard output. */
interface Program {
  readonly name: string
  readonly role: Role
  readonly absent?: string | null
  command(file: string | null): string[]
}

function programs(): Program[] {
  const camio = camioCommand()
  const c = limit('cat')
  const node = process.execPath
  const script = `${PEERS}node-cat.mjs`
  const given = (file: string | null): string[] => (file === null ? [] : [file])
  return [
    {
      name: 'ours',
      role: 'ours',
      absent: camio === null ? 'packages/cli is not built' : null,
      command: (file) => [node, camio!, 'cat', ...given(file)],
    },
    {
      name: 'limit',
      role: 'limit',
      absent: 'absent' in c ? c.absent : null,
      command: (file) => ['path' in c ? c.path : '', ...given(file)],
    },
    {
      name: 'cat',
      role: 'peer',
      absent: commandMissing('cat', '--version'),
      command: (file) => ['cat', ...given(file)],
    },
    {
      name: 'socat',
      role: 'peer',
      absent: commandMissing('socat', '-V'),
      command: (file) => ['socat', '-u', '-b131072', file === null ? 'STDIN' : `OPEN:${file},rdonly`, 'STDOUT'],
    },
    { name: 'Node streams', role: 'peer', command: (file) => [node, script, file ?? '-'] },
    { name: 'Node streams, 1 MiB', role: 'peer', command: (file) => [node, script, file ?? '-', String(2 ** 20)] },
  ]
}

/** How the clock program connects the standard streams for a route. */
function plumbing(route: Route, space: Workspace): { streams: string[]; file: string | null } {
  switch (route) {
    case 'file->file':
      return { streams: ['--out', space.target], file: space.source }
    case 'file->pipe':
      return { streams: ['--drain', String(space.size)], file: space.source }
    case 'pipe->file':
      return { streams: ['--feed', space.source, '--out', space.target], file: null }
    case 'pages->file':
      return { streams: ['--feed-pages', space.source, '--out', space.target], file: null }
    case 'file->/dev/null':
      return { streams: ['--out', '/dev/null'], file: space.source }
  }
}

async function wall(name: string, streams: readonly string[], command: readonly string[]): Promise<number> {
  const { ms } = await runChild(name, [needed('wall'), ...streams, '--', ...command])
  return ms as number
}

function entry(program: Program, route: Route, space: Workspace): Entry {
  const { name, role } = program
  if (program.absent != null) return { name, role, absent: program.absent } satisfies Absent
  return {
    name,
    role,
    run: async () => {
      const { streams, file } = plumbing(route, space)
      space.removeTarget()
      const ms = await wall(name, streams, program.command(file))
      if (route.endsWith('->file')) space.check(name)
      space.removeTarget()
      return ms
    },
  }
}

function routeCase(route: Route, space: Workspace, settings: Settings): Case {
  return {
    name: `${route}, ${space.label}`,
    unit: 'ms',
    better: 'lower',
    entries: programs().map((program) => entry(program, route, space)),
    goals: GOALS[route],
    runs: settings.quick ? 3 : 7,
    ...(settings.quick ? { note: 'the goals are for 1 GiB: here the start of Node is most of the time' } : {}),
    prepare: async () => space.prepare(),
    cleanup: async () => space.remove(),
  }
}

/** What is left of the time when there is next to nothing to copy: the start. */
function smallCase(settings: Settings): Case {
  const space = new Workspace('/dev/shm', 'tmpfs', KIB)
  const bare: Entry = {
    name: 'node -e 0',
    role: 'peer',
    run: () => wall('node -e 0', [], [process.execPath, '-e', '0']),
  }
  return {
    name: 'small file, 1 KiB',
    unit: 'ms',
    better: 'lower',
    entries: [...programs().map((program) => entry(program, 'file->file', space)), bare],
    goals: SMALL_GOALS,
    runs: settings.quick ? 9 : 31,
    prepare: async () => space.prepare(),
    cleanup: async () => space.remove(),
  }
}

export const cat: Suite = {
  name: 'cat',
  summary: 'camio cat beside cat, socat and Node streams: files and pipes, wall time with the start of the process',
  async cases(settings) {
    if (!existsSync('/dev/shm')) throw new Error('the cat suite needs a tmpfs at /dev/shm')
    const size = settings.quick ? GIB / 8 : GIB
    const label = settings.quick ? '128 MiB' : '1 GiB'
    const tmpfs = new Workspace('/dev/shm', `${label} on tmpfs`, size)
    const disk = new Workspace(null, `${label} on disk`, size)
    return [
      routeCase('file->file', tmpfs, settings),
      routeCase('file->file', disk, settings),
      routeCase('file->pipe', tmpfs, settings),
      routeCase('pipe->file', tmpfs, settings),
      routeCase('pages->file', tmpfs, settings),
      routeCase('file->/dev/null', tmpfs, settings),
      smallCase(settings),
    ]
  },
}
