/** Arrays, maps, sets, pushes and attributes, while their elements come in. */
import type { Reply } from './reply.js'

export type AggregateKind = 'array' | 'map' | 'set' | 'push' | 'attribute'

const KINDS: Readonly<Record<string, AggregateKind>> = {
  '*': 'array',
  '%': 'map',
  '~': 'set',
  '>': 'push',
  '|': 'attribute',
}

/** By first byte. */
const BY_BYTE = Array.from({ length: 256 }, (_, byte) => KINDS[String.fromCharCode(byte)] ?? null)

export const aggregateOf = (byte: number): AggregateKind | null => BY_BYTE[byte] ?? null

export class Aggregate {
  readonly items: Reply[] = []
  /** Elements that have not come yet. */
  left: number

  /** @param count as it was announced: pairs of a map */
  constructor(
    readonly kind: AggregateKind,
    count: number,
  ) {
    this.left = kind === 'map' || kind === 'attribute' ? 2 * count : count
  }

  /** @returns whether that was the last one */
  add(value: Reply): boolean {
    this.items.push(value)
    return --this.left === 0
  }

  build(): Reply {
    const { items } = this
    if (this.kind === 'set') return new Set(items)
    if (this.kind !== 'map') return items
    const map = new Map<Reply, Reply>()
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!)
    return map
  }
}
