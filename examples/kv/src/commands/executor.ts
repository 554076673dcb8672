/** Runs one request: finds its command, checks what is common to all, and lets it answer. */
import { toBytes } from '../resp/ascii.js'
import type { Request } from '../resp/request.js'
import type { Client } from '../server/client.js'
import type { Context } from './context.js'
import { fits } from './subcommands.js'
import { type Known, lookUp } from './table.js'

export type Evict = 'no' | 'lru'

export interface MemoryLimit {
  /** Bytes of the store; Infinity: no limit. */
  readonly most: number
  readonly evict: Evict
}

export class Executor {
  executed = 0
  private readonly context: Context

  constructor(
    base: Omit<Context, 'client' | 'reply'>,
    private readonly memory: MemoryLimit,
    /** What keeps changes from being durable, if anything does. */
    private readonly broken: () => Error | null,
  ) {
    // Who asks is known before anybody looks: see execute.
    this.context = base as Context
  }

  /** The request is the context's. */
  execute(client: Client): void {
    const { context } = this
    const { request } = context
    const { reply } = client
    context.client = client
    context.reply = reply
    this.executed++
    const known = lookUp(request)
    if (known === null) {
      reply.error(unknown(context))
      // A web page may make a browser of this machine speak to us: what follows such a line is no request of a friend's.
      client.leaving ||= speaksHttp(request)
      return
    }
    client.lastCommand = known.command.name
    const problem = this.forbids(known, client)
    if (problem === null) known.command.run(context)
    else reply.error(problem)
  }

  /** @returns the error where there is one */
  private forbids(known: Known, client: Client): string | null {
    const { name, arity } = known.command
    if (!fits(this.context.request.count, arity)) return `ERR wrong number of arguments for '${name}' command`
    if (!client.trusted && !known.forStrangers) return 'NOAUTH Authentication required.'
    if (client.channels !== null && client.channels.size > 0 && client.reply.version === 2 && !known.forListeners) {
      return `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`
    }
    if (known.writes && this.broken() !== null)
      return `MISCONF Errors writing to the append only file: ${this.broken()!.message}`
    return known.needsMemory && !this.makeRoom() ? "OOM command not allowed when used memory > 'maxmemory'." : null
  }

  /** Like Redis, looks before a command, not into it: one command may go over the limit by what it brings. */
  private makeRoom(): boolean {
    const { store } = this.context
    const { most, evict } = this.memory
    while (store.memory > most) if (evict === 'no' || !store.evict()) return false
    return true
  }
}

const HTTP = ['POST', 'HOST:'].map(toBytes)

function speaksHttp(request: Request): boolean {
  return HTTP.some((word) => request.says(0, word))
}

/** Characters of the arguments that the error shows. */
const SHOWN = 128

function unknown({ request }: Context): string {
  let args = ''
  for (let i = 1; i < request.count && args.length < SHOWN; i++) {
    args += `'${shown(request.text(i), SHOWN - args.length)}' `
  }
  return `ERR unknown command '${shown(request.text(0), SHOWN)}', with args beginning with: ${args}`
}

/** Up to a zero byte, as in Redis. */
function shown(text: string, length: number): string {
  return text.split('\0', 1)[0]!.slice(0, length)
}
