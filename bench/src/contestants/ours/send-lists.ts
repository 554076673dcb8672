import { number } from '../common/arguments.js'
import { messageFormat } from '../common/message.js'
import { connect } from './ends.js'
import { FRAMES } from './framing.js'

/** Messages of a list: they stay in the first cache, as those of a program do that makes them one after the other. */
const LIST = 64

const size = number('size', 64)
const format = messageFormat(size)
const room = new Uint8Array(LIST * size)
const list = Array.from({ length: LIST }, (_, index) => room.subarray(index * size, (index + 1) * size))
const stream = await connect(FRAMES)

function make(first: number): void {
  for (let index = 0; index < LIST; index++) format.write(room, index * size, (first + index) | 0)
}

// Made in memory of the program's own, which `tryWriteBatch` copies.
for (let first = 0; ; first = (first + LIST) | 0) {
  make(first)
  for (let sent = 0; sent < LIST; ) {
    sent += stream.tryWriteBatch(list, sent)
    if (sent < LIST) await stream.writable()
  }
}
