/** What is sent from one scheme to another. */
import { asFrame, type Subject } from './subjects.js'

/** Some share a read, some straddle two of them, and one is nearly as large as core's smallest window. */
const ANY: readonly Uint8Array[] = Array.from({ length: 300 }, (_, i) =>
  new Uint8Array(i === 100 ? 60_000 : 1 + ((i * 997) % 9000)).fill(i),
)

/** `null`: nothing that the source has to say is a message for the sink. */
export function messagesFor(...ends: readonly [source: Subject, sink: Subject]): readonly Uint8Array[] | null {
  const limits = ends.flatMap(({ takes }) => takes ?? [])
  if (limits.length === 0) return ANY
  const least = Math.max(...limits.map((each) => each.least))
  const most = Math.min(...limits.map((each) => each.most))
  if (least > most) return null
  const length = Math.min(...limits.map(({ count }) => count))
  const messages = Array.from({ length }, (_, i) => new Uint8Array(least + ((i * 97) % (most - least + 1))).fill(i))
  return ends.some(({ frames }) => frames) ? messages.map(asFrame) : messages
}
