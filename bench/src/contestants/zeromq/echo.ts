import { Pair } from 'zeromq'
import { announce } from '../common/arguments.js'

const socket = new Pair()
await socket.bind('tcp://127.0.0.1:*')
announce(socket.lastEndpoint ?? '')

for await (const message of socket) await socket.send(message)
