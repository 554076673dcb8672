/** Who the client is, and how it is spoken to. */
import { toBytes } from '../resp/ascii.js'
import { OK } from '../resp/reply-writer.js'
import type { Request } from '../resp/request.js'
import type { Client } from '../server/client.js'
import type { Command, Context } from './context.js'
import { NOT_AN_INTEGER, safeArgument } from './numbers.js'
import { subcommands } from './subcommands.js'

/** What HELLO and INFO say: clients look for features of that version. */
export const REDIS_VERSION = '7.0.0'

const WRONG = 'WRONGPASS invalid username-password pair or user is disabled.'
const NO_PASSWORD =
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?'
const HELLO_FIRST =
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time'
const PONG = toBytes('+PONG\r\n')
const DEFAULT_USER = 'default'
const AUTH = toBytes('AUTH')
const SETNAME = toBytes('SETNAME')

function ping({ request, reply, client }: Context): void {
  if (request.count > 2) {
    reply.error("ERR wrong number of arguments for 'ping' command")
  } else if (reply.version === 2 && client.channels !== null && client.channels.size > 0) {
    reply.array(2)
    reply.text('pong')
    if (request.count === 2) reply.bulk(request.view(1))
    else reply.text('')
  } else if (request.count === 2) {
    reply.bulk(request.copy(1))
  } else {
    reply.raw(PONG)
  }
}

function echo({ request, reply }: Context): void {
  reply.bulk(request.copy(1))
}

function select({ request, reply }: Context): void {
  const index = safeArgument(request, 1)
  if (index === null || Math.abs(index) > 0x7fffffff) reply.error(NOT_AN_INTEGER)
  else if (index !== 0) reply.error('ERR DB index is out of range')
  else reply.raw(OK)
}

/** @returns the error where there is one */
function authenticate({ server, client }: Context, user: string, password: Uint8Array): string | null {
  if (user !== DEFAULT_USER || !server.isPassword(password)) return WRONG
  client.trusted = true
  return null
}

function auth(context: Context): void {
  const { request, reply, server } = context
  if (request.count > 3) {
    reply.error('ERR syntax error')
    return
  }
  if (request.count === 2 && !server.hasPassword) {
    reply.error(NO_PASSWORD)
    return
  }
  const user = request.count === 3 ? request.text(1) : DEFAULT_USER
  const problem = authenticate(context, user, request.view(request.count - 1))
  if (problem === null) reply.raw(OK)
  else reply.error(problem)
}

interface Hello {
  user: string | null
  password: Uint8Array
  name: string | null
}

/** @returns the error where there is one */
function helloOptions(request: Request): Hello | string {
  const hello: Hello = { user: null, password: new Uint8Array(0), name: null }
  for (let i = 2; i < request.count; ) {
    if (request.says(i, AUTH) && i + 2 < request.count) {
      hello.user = request.text(i + 1)
      hello.password = request.view(i + 2)
      i += 3
    } else if (request.says(i, SETNAME) && i + 1 < request.count) {
      hello.name = request.text(i + 1)
      i += 2
    } else {
      return `ERR Syntax error in HELLO option '${request.text(i)}'`
    }
  }
  return hello
}

function hello(context: Context): void {
  const { request, reply, client } = context
  const problem = greet(context)
  if (problem !== null) {
    reply.error(problem)
    return
  }
  if (request.count > 1) reply.version = safeArgument(request, 1) as 2 | 3
  reply.map(7)
  const facts: ReadonlyArray<readonly [string, string | number]> = [
    ['server', 'redis'],
    ['version', REDIS_VERSION],
    ['proto', reply.version],
    ['id', client.id],
    ['mode', 'standalone'],
    ['role', 'master'],
  ]
  for (const [name, value] of facts) {
    reply.text(name)
    if (typeof value === 'number') reply.integer(value)
    else reply.text(value)
  }
  reply.text('modules')
  reply.array(0)
}

/** @returns the error where there is one */
function greet(context: Context): string | null {
  const { request, client } = context
  if (request.count > 1) {
    const version = safeArgument(request, 1)
    if (version === null) return 'ERR Protocol version is not an integer or out of range'
    if (version !== 2 && version !== 3) return 'NOPROTO unsupported protocol version'
  }
  const options = helloOptions(request)
  if (typeof options === 'string') return options
  if (options.user !== null) {
    const problem = authenticate(context, options.user, options.password)
    if (problem !== null) return problem
  }
  if (!client.trusted) return HELLO_FIRST
  if (options.name === null) return null
  if (!isName(options.name)) return BAD_NAME
  client.name = options.name
  return null
}

const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.'

function isName(text: string): boolean {
  return /^[!-~]*$/.test(text)
}

function quit({ reply, client }: Context): void {
  reply.raw(OK)
  client.leaving = true
}

function setName({ request, reply, client }: Context): void {
  const name = request.text(2)
  if (!isName(name)) {
    reply.error(BAD_NAME)
    return
  }
  client.name = name
  reply.raw(OK)
}

function getName({ reply, client }: Context): void {
  if (client.name === '') reply.null()
  else reply.text(client.name)
}

function setInfo({ request, reply, client }: Context): void {
  const what = request.text(2).toLowerCase()
  const value = request.text(3)
  if (!isName(value)) {
    reply.error(`ERR ${what} cannot contain spaces, newlines or special characters.`)
    return
  }
  if (what === 'lib-name') client.library = value
  else if (what === 'lib-ver') client.libraryVersion = value
  else {
    reply.error(`ERR Unrecognized option '${request.text(2)}'`)
    return
  }
  reply.raw(OK)
}

function describe(client: Client, now: number): string {
  const seconds = (since: number): number => Math.floor((now - since) / 1000)
  const facts = {
    id: client.id,
    addr: client.address,
    laddr: client.uri,
    name: client.name,
    age: seconds(client.since),
    idle: seconds(client.heard),
    db: 0,
    sub: client.channels?.size ?? 0,
    omem: client.pending,
    cmd: client.lastCommand,
    resp: client.reply.version,
    'lib-name': client.library,
    'lib-ver': client.libraryVersion,
  }
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function info({ reply, client, store }: Context): void {
  reply.text(`${describe(client, store.now)}\n`)
}

function list({ reply, server, store }: Context): void {
  let text = ''
  for (const client of server.clients) text += `${describe(client, store.now)}\n`
  reply.text(text)
}

const NONE = [0, 0, 0] as const
const anybody = ['fast', 'no_auth'] as const

export const connection: readonly Command[] = [
  { name: 'ping', arity: -1, flags: ['fast', 'pubsub'], keys: NONE, run: ping },
  { name: 'echo', arity: 2, flags: ['fast'], keys: NONE, run: echo },
  { name: 'select', arity: 2, flags: ['fast'], keys: NONE, run: select },
  { name: 'auth', arity: -2, flags: anybody, keys: NONE, run: auth },
  { name: 'hello', arity: -1, flags: anybody, keys: NONE, run: hello },
  { name: 'quit', arity: -1, flags: ['fast', 'no_auth', 'pubsub'], keys: NONE, run: quit },
  {
    name: 'client',
    arity: -2,
    flags: [],
    keys: NONE,
    run: subcommands('client', {
      id: { arity: 2, run: ({ reply, client }) => reply.integer(client.id) },
      getname: { arity: 2, run: getName },
      setname: { arity: 3, run: setName },
      setinfo: { arity: 4, run: setInfo },
      info: { arity: 2, run: info },
      list: { arity: 2, run: list },
    }),
  },
]
