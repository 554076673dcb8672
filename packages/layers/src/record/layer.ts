import { defineLayer } from '@camio/core/spi'
import { copiesMore } from '../copies-more.js'
import { Recorded } from './recorded.js'
import { Recording } from './recording.js'

export const record = defineLayer<string>({
  abi: 1,
  name: 'record',
  id: '@camio/layers',
  parse(path, refuse) {
    if (path === '' || path.includes('\0')) throw refuse('is no name of a file')
    return path
  },
  features: copiesMore,
  prepare(path, { uri, refuse }) {
    const recording = Recording.open(path, uri, refuse)
    return {
      wrap: (inner, init) => new Recorded(inner, init, recording),
      done: async () => recording.letGo(),
    }
  },
})
