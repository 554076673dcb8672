import { Pair } from 'zeromq'
import { announce } from '../common/arguments.js'
import { endpoint } from './endpoint.js'

const socket = new Pair()
await socket.bind(endpoint())
announce(socket.lastEndpoint ?? '')

for await (const message of socket) await socket.send(message)
