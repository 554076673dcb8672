import { watchIdleness } from '../common/idle.js'
import { listen } from './listen.js'

listen((socket) => {
  socket.on('data', () => {})
  void watchIdleness()
})
