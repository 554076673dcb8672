/** What Node's permission model refuses, by the flag that would allow it. https://nodejs.org/api/permissions.html */

const FLAGS: Readonly<Record<string, string>> = {
  FileSystemRead: '--allow-fs-read',
  FileSystemWrite: '--allow-fs-write',
  ChildProcess: '--allow-child-process',
  WorkerThreads: '--allow-worker',
  Net: '--allow-net',
  WASI: '--allow-wasi',
  Addon: '--allow-addons',
}

interface Refusal {
  code?: string
  permission?: string
  resource?: string
  errno?: unknown
}

/** The flag, with the file that was asked for where there is one; `null` for every other error. */
export function missingFlag(error: unknown): string | null {
  const refusal = (error ?? {}) as Refusal
  if (refusal.code === 'ERR_DLOPEN_DISABLED') return '--allow-addons'
  if (refusal.code !== 'ERR_ACCESS_DENIED') return null
  // What node:net throws has the refusal itself in place of its errno.
  const { permission, resource } = refusal.permission === undefined ? ((refusal.errno ?? {}) as Refusal) : refusal
  const flag = FLAGS[permission ?? ''] ?? `leave for ${permission}`
  return flag.startsWith('--allow-fs') && resource ? `${flag}=${resource}` : flag
}
