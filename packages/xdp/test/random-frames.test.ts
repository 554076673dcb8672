/** Frames of any length and content, tags of VLANs at any place among them: each arrives as it was sent; between two namespaces. */
import test from 'ava'
import { missing } from './namespaces.js'
import { next, opened, rooms, SCHEMES, why } from './support.js'

const between = missing === null ? test.serial : test.serial.skip

/** `npm run test:long -w @camio/xdp` sets it to 100,000. */
const FRAMES = Number(process.env.FUZZ ?? 2000)
/** Sent before the first of them is read: less than either ring holds. */
const AHEAD = 16

/** xorshift: the same numbers every time. */
let state = 1
function pick(below: number): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return (state >>> 0) % below
}

const TYPES = [0x8100, 0x88a8, 0x0800, 0x86dd, 0x0806, 0x88b5, 0x0000, 0x05dc, 0xffff]

function randomFrame(largest: number): Uint8Array {
  const length = 14 + pick(pick(2) === 0 ? 50 : largest - 13)
  const bytes = Uint8Array.from({ length }, () => pick(256))
  // To everybody, or to a station that there is not.
  if (pick(2) === 0) bytes.fill(0xff, 0, 6)
  // A frame that begins with a tag and ends in it is dropped by the kernel before `packet:` sees it (skb_vlan_untag).
  if (length < 20) bytes.set([0x88, 0xb5], 12)
  for (let at = 12; length >= 20 && at + 1 < Math.min(length, 25); at += 4) {
    const type = TYPES[pick(TYPES.length)]!
    bytes[at] = type >> 8
    bytes[at + 1] = type
  }
  return bytes
}

for (const scheme of SCHEMES)
  between(`${scheme}: ${FRAMES} frames of any length and content${why}`, async (t) => {
    t.timeout(600_000)
    const { a, b } = rooms(t, 9000)
    const [near, far] = [await opened(t, scheme, a), await opened(t, scheme, b)]
    for (let sent = 0; sent < FRAMES; sent += AHEAD) {
      const frames = Array.from({ length: AHEAD }, () => randomFrame(9014))
      for (const bytes of frames) await near.write(bytes)
      await near.flush()
      for (const [i, bytes] of frames.entries()) {
        const got = await next(far)
        if (Buffer.compare(got, bytes) !== 0) t.deepEqual(got, bytes, `frame ${sent + i}`)
      }
    }
    t.deepEqual({ ...far.losses }, { system: 0, oversize: 0, unsent: 0 })
  })
