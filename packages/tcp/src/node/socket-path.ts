/** Unix sockets by path through node:net, which sets no permissions and leaves stale files to its user. */
import { chmodSync, linkSync, lstatSync, mkdtempSync, renameSync, rmdirSync, type Stats, unlinkSync } from 'node:fs'
import type { Server } from 'node:net'
import { dirname, join } from 'node:path'
import { connectSocket } from './connect.js'
import { listening } from './listener.js'

/**
 * Binds inside a private folder and moves the socket to `path` when its mode is right: nobody ever sees it with another one.
 * @returns what removes the file
 * @throws EADDRINUSE when somebody listens there, or it is no socket
 */
export async function listenOnPath(server: Server, path: string, mode: number, backlog: number): Promise<() => void> {
  await removeStale(path)
  const folder = mkdtempSync(join(dirname(path), '.c'))
  const bound = join(folder, 's')
  try {
    await listening(server, { path: bound, backlog, exclusive: true })
    chmodSync(bound, mode)
    const { ino, dev } = lstatSync(bound)
    move(bound, path)
    return () => removeOwn(path, ino, dev)
  } catch (error) {
    server.close()
    throw error
  } finally {
    remove(bound)
    rmdirSync(folder)
  }
}

/** `link` refuses to replace what somebody else made meanwhile; where sockets cannot be linked, `rename` must do. */
function move(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw inUse(to)
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error
    renameSync(from, to)
  }
}

async function removeStale(path: string): Promise<void> {
  const found = look(path)
  if (found === null) return
  if (!found.isSocket() || !(await isStale(path))) throw inUse(path)
  remove(path)
}

async function isStale(path: string): Promise<boolean> {
  try {
    const socket = await connectSocket({ path }, AbortSignal.timeout(1000))
    socket.destroy()
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
  }
}

/** Unless the path names another file by now. */
function removeOwn(path: string, ino: number, dev: number): void {
  const found = look(path)
  if (found?.ino === ino && found.dev === dev) remove(path)
}

function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function inUse(path: string): Error {
  return Object.assign(new Error(`EADDRINUSE: address already in use, ${path}`), {
    code: 'EADDRINUSE',
    syscall: 'bind',
  })
}
