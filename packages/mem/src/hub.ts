/**
 * Who listens under which name, in this thread. It hangs on `globalThis` under a versioned symbol, so that two copies of this
 * package in one program see each other's names.
 */
import type { MemListener } from './listener.js'

export class Hub {
  private readonly listeners = new Map<string, MemListener>()
  /** Told when a listener appears, or has room in its backlog again. */
  private readonly waiting = new Map<string, Set<() => void>>()

  get(name: string): MemListener | undefined {
    return this.listeners.get(name)
  }

  add(name: string, listener: MemListener): void {
    this.listeners.set(name, listener)
    this.changed(name)
  }

  delete(name: string): void {
    this.listeners.delete(name)
  }

  /** Calls `look` whenever it is worth trying `name` again. @returns what stops that */
  watch(name: string, look: () => void): () => void {
    const looks = this.waiting.get(name) ?? new Set()
    this.waiting.set(name, looks.add(look))
    return () => {
      looks.delete(look)
      if (looks.size === 0 && this.waiting.get(name) === looks) this.waiting.delete(name)
    }
  }

  changed(name: string): void {
    for (const look of [...(this.waiting.get(name) ?? [])]) look()
  }
}

const KEY = Symbol.for('@camio/mem/hub@1')

export const hub: Hub = ((globalThis as Record<symbol, unknown>)[KEY] ??= new Hub()) as Hub
