/** The descriptors of a stream that movers have: asked back, and waited for, before the stream closes them. */
import type { KernelEnd } from '../stream-types.js'

export class Loans {
  private readonly out = new Set<AbortController>()
  private returned: (() => void) | null = null

  /** Is a mover at work? */
  get any(): boolean {
    return this.out.size > 0
  }

  /** @param settle told once, when the descriptor comes back */
  lend(end: Omit<KernelEnd, 'moved' | 'recalled'>, settle: KernelEnd['moved']): KernelEnd {
    const recall = new AbortController()
    this.out.add(recall)
    const moved = (bytes: number, ended: boolean) => {
      if (!this.out.delete(recall)) return
      settle(bytes, ended)
      if (!this.any) this.returned?.()
    }
    return { ...end, recalled: recall.signal, moved }
  }

  /** Stops the movers. Resolves when none uses a descriptor any more: closed before, its number could be another stream's by then. */
  recall(): Promise<void> {
    return new Promise((resolve) => {
      this.returned = resolve
      for (const recall of this.out) recall.abort()
      if (!this.any) resolve()
    })
  }
}
