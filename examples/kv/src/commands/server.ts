/** What the server says of itself. */
import { toBytes } from '../resp/ascii.js'
import type { ReplyWriter } from '../resp/reply-writer.js'
import type { Command, Context } from './context.js'
import { matches } from './glob.js'
import { subcommands } from './subcommands.js'

function info({ request, reply, server }: Context): void {
  const section = request.count > 1 ? request.text(1).toLowerCase() : 'default'
  reply.text(server.info(section))
}

function configGet({ request, reply, server }: Context): void {
  const found = new Map<string, string>()
  for (let i = 2; i < request.count; i++) {
    const pattern = toBytes(request.text(i).toLowerCase())
    for (const [name, value] of server.config) if (matches(pattern, toBytes(name))) found.set(name, value)
  }
  reply.map(found.size)
  for (const [name, value] of found) {
    reply.text(name)
    reply.text(value)
  }
}

function describe(reply: ReplyWriter, command: Command | undefined): void {
  if (command === undefined) {
    reply.null()
    return
  }
  reply.array(10)
  reply.text(command.name)
  reply.integer(command.arity)
  reply.array(command.flags.length)
  for (const flag of command.flags) reply.status(flag)
  for (const place of command.keys) reply.integer(place)
  // ACL categories, tips, key specifications and subcommands: none.
  for (let i = 0; i < 4; i++) reply.array(0)
}

/** @param all looked up when it is asked for: this command is one of them */
export function serverCommands(all: () => ReadonlyMap<string, Command>): readonly Command[] {
  const described = subcommands('command', {
    count: { arity: 2, run: ({ reply }) => reply.integer(all().size) },
    docs: { arity: -2, run: ({ reply }) => reply.map(0) },
    info: { arity: -2, run: describeSome },
    list: { arity: 2, run: list },
  })
  function describeSome({ request, reply }: Context): void {
    if (request.count === 2) {
      describeAll(reply)
      return
    }
    reply.array(request.count - 2)
    for (let i = 2; i < request.count; i++) describe(reply, all().get(request.text(i).toLowerCase()))
  }
  function describeAll(reply: ReplyWriter): void {
    reply.array(all().size)
    for (const command of all().values()) describe(reply, command)
  }
  function list({ reply }: Context): void {
    reply.array(all().size)
    for (const name of all().keys()) reply.text(name)
  }
  function command(context: Context): void {
    if (context.request.count === 1) describeAll(context.reply)
    else described(context)
  }
  return [
    { name: 'command', arity: -1, flags: [], keys: NONE, run: command },
    { name: 'info', arity: -1, flags: [], keys: NONE, run: info },
    {
      name: 'config',
      arity: -2,
      flags: [],
      keys: NONE,
      run: subcommands('config', { get: { arity: -3, run: configGet } }),
    },
  ]
}

const NONE = [0, 0, 0] as const
