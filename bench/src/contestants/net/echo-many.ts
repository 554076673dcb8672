import { Events } from '../common/events.js'
import { listen } from './listen.js'

const events = new Events()

listen((socket) => {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    socket.write(chunk)
    events.add()
  })
})
