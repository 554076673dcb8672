import { bound } from './sockets.js'

const socket = await bound()
socket.on('message', (message, from) => socket.send(message, from.port, from.address))
