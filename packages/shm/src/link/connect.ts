/** Connecting to whoever has a name, and what the two tell each other. */
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CamioError,
  Deadline,
  Epoll,
  fromSystemError,
  Interest,
  KeepAlive,
  systemError,
  type Watched,
  within,
} from '@camio/core/spi'
import { NO_MEMORY } from '../binding.js'
import { parseName } from '../name.js'
import { type Region, Unusable } from '../ring/region.js'
import { type System, systemFor } from '../system.js'
import { refusal, type ShmTarget } from '../target.js'
import {
  type Decoded,
  decodeHello,
  encodeHello,
  type Hello,
  helloRoom,
  Kind,
  type Said,
  Status,
  VERSION,
} from './hello.js'
import { Link } from './link.js'
import { checkOwner } from './peer-policy.js'
import { packToken } from './token.js'

const { EAGAIN, ECONNRESET, EPIPE } = constants.errno

export interface Wish {
  /** Any of `Kind`, as bits. */
  readonly kinds: number
  readonly reads: boolean
  readonly writes: boolean
  /** What is lent to the owner of the name. */
  readonly lent: Region | null
  /** What is wrong where the name is shared in another way; the default is an error that says how. */
  readonly otherKind: CamioError | undefined
}

export interface Met {
  readonly link: Link
  readonly hello: Hello
}

/** @throws `ERR_CAMIO_NOT_FOUND`, `ERR_CAMIO_NO_PERMISSION`, `ERR_CAMIO_REFUSED`, `ERR_CAMIO_TIMEOUT`, ... */
export async function connect(target: ShmTarget, wish: Wish): Promise<Met> {
  const { system, socket, hello } = await converse(target, wish)
  return { hello, link: new Link(system, socket) }
}

/** What the owner of the name answers, and the socket that leads to him: it belongs to the caller. @throws what {@link connect} does */
export async function converse(target: ShmTarget, wish: Wish) {
  const system = systemFor(target.uri)
  const { uri, options, signal } = target
  const until = performance.now() + options.waitFor
  // The owner's time to answer begins when there is one.
  const found = await find(system, target, until)
  const deadline = new Deadline(uri, 'no answer', options.connectTimeout, signal)
  return within(deadline, async (stop) => {
    const socket = found ?? (await enter(system, target, until, stop))
    try {
      checkOwner(system, target, socket)
      say(system, target, socket, wish)
    } catch (error) {
      system.dispatcher.close(socket, true)
      throw error
    }
    const hello = await answer(system, target, socket, wish, stop)
    return { system, socket, hello }
  })
}

const FIRST_NAP_MS = 1
const LONGEST_NAP_MS = 50

/** Tries until somebody has the name (`wait-for=`): nothing tells when that is so. @returns `null`: too many wait for him */
async function find(system: System, target: ShmTarget, until: number): Promise<number | null> {
  for (let nap = FIRST_NAP_MS; ; nap = Math.min(nap * 2, LONGEST_NAP_MS)) {
    const socket = knock(system, target, until)
    if (socket !== 'nobody') return socket === 'busy' ? null : socket
    await pause(Math.min(nap, until - performance.now()), target.signal)
  }
}

/** Tries until the owner lets us in. */
async function enter(system: System, target: ShmTarget, until: number, stop: AbortSignal): Promise<number> {
  for (let nap = FIRST_NAP_MS; ; nap = Math.min(nap * 2, LONGEST_NAP_MS)) {
    const socket = knock(system, target, until)
    if (typeof socket === 'number') return socket
    await pause(nap, stop)
  }
}

/** @throws `ERR_CAMIO_NOT_FOUND`: nobody has the name, and that for too long */
function knock({ binding, dispatcher }: System, target: ShmTarget, until: number): number | 'nobody' | 'busy' {
  try {
    return dispatcher.opened(binding.connect(parseName(target.address, target.uri).socket))
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EAGAIN') return 'busy'
    if (code !== 'ECONNREFUSED') throw error
    if (performance.now() >= until) throw refusal('ERR_CAMIO_NOT_FOUND', target, 'nobody has that name')
    return 'nobody'
  }
}

/** @throws the signal's reason, and not an error about it */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
  signal?.throwIfAborted()
}

function say(system: System, { uri, expect }: ShmTarget, socket: number, { kinds, reads, writes, lent }: Wish): void {
  const hello: Said = {
    status: Status.OK,
    kind: kinds,
    reads,
    writes,
    length: lent?.length ?? 0,
    position: 0,
    sequence: 0,
  }
  const words = encodeHello(hello, packToken(expect))
  const sent = system.binding.sendHello(socket, words, lent?.memory ?? NO_MEMORY)
  // Turned away before it was asked what it wants: the answer says why.
  if (sent !== 0 && sent !== -EPIPE) throw fromSystemError(systemError(sent, 'sendmsg'), uri, 'cannot connect to')
}

/** The owner's hello; its socket belongs to nobody then. Where it rejects, everything was given back. */
function answer(system: System, target: ShmTarget, socket: number, wish: Wish, stop: AbortSignal): Promise<Hello> {
  return new Promise((resolve, reject) => new Answer(system, target, socket, wish, stop, resolve, reject).wait())
}

class Answer implements Watched {
  private readonly alive = new KeepAlive()
  private noted = 0
  private settled = false

  constructor(
    private readonly system: System,
    private readonly target: ShmTarget,
    private readonly socket: number,
    private readonly wish: Wish,
    private readonly stop: AbortSignal,
    private readonly resolve: (hello: Hello) => void,
    private readonly reject: (reason: unknown) => void,
  ) {}

  wait(): void {
    this.alive.add(Interest.READ)
    this.stop.addEventListener('abort', this)
    this.system.dispatcher.own(this.socket, this)
    if (this.stop.aborted) this.handleEvent()
    else this.respond()
  }

  note(events: number): void {
    this.noted |= events
  }

  respond(): void {
    if (this.settled) return
    const words = helloRoom()
    const got = this.system.binding.receiveHello(this.socket, words)
    if (got === 1) this.take(words)
    else if (got === 0 || got === -ECONNRESET)
      this.fail(refusal('ERR_CAMIO_RESET', this.target, 'its owner left without an answer'))
    else if (got !== -EAGAIN)
      this.fail(fromSystemError(systemError(got, 'recvmsg'), this.target.uri, 'cannot connect to'))
  }

  private take(words: Int32Array): void {
    const decoded = decodeHello(words)
    const error = whatIsWrong(decoded, this.target, this.wish)
    if (error === null) {
      this.settle()
      this.system.dispatcher.disown(this.socket, this.noted & (Epoll.HUP | Epoll.RDHUP | Epoll.ERR))
      this.resolve(decoded as Hello)
      return
    }
    const memory = words.at(-1)!
    if (memory !== NO_MEMORY) this.system.binding.releaseMemory(memory)
    this.fail(error)
  }

  /** The abort event. */
  handleEvent(): void {
    if (!this.settled) this.fail(this.stop.reason)
  }

  private fail(reason: unknown): void {
    this.settle()
    this.system.dispatcher.close(this.socket, true)
    this.reject(reason)
  }

  private settle(): void {
    this.settled = true
    this.alive.clear()
    this.stop.removeEventListener('abort', this)
  }
}

const KIND_NAMES: Readonly<Record<number, string>> = {
  [Kind.DUPLEX]: 'is listened on: open it without policy=',
  [Kind.STRICT]: 'is read as a strict ring: write to it with mode=w',
  [Kind.LOSSY]: 'is a lossy ring: read it with mode=r and policy=drop-oldest',
}

function whatIsWrong(decoded: Decoded, target: ShmTarget, wish: Wish): CamioError | null {
  const refuse = (code: string, why: string) => refusal(code, target, why)
  if ('stranger' in decoded) return refuse('ERR_CAMIO_REFUSED', 'who has that name is no shared memory of ours')
  if ('version' in decoded) {
    return refuse(
      'ERR_CAMIO_REFUSED',
      `the other end speaks version ${decoded.version}, this one ${VERSION}: update the older`,
    )
  }
  switch (decoded.status) {
    case Status.OK:
      return isAnswerTo(decoded, wish) ? null : refuse('ERR_CAMIO_CORRUPT', 'its owner grants what was not asked for')
    case Status.DENIED:
      return refuse('ERR_CAMIO_NO_PERMISSION', 'its owner does not let this user in (perm=, group=)')
    case Status.VERSION:
      return refuse('ERR_CAMIO_REFUSED', `the other end does not speak version ${VERSION}: update the older`)
    case Status.OTHER:
      return refuse('ERR_CAMIO_REFUSED', 'the name belongs to another server by now')
    case Status.KIND:
      return (
        wish.otherKind ??
        refuse('ERR_CAMIO_REFUSED', `the name ${KIND_NAMES[decoded.kind] ?? 'is shared in another way'}`)
      )
    case Status.NOTHING:
      return refuse('ERR_CAMIO_REFUSED', `with mode=${target.mode} neither end would read what the other writes`)
    default:
      return refuse('ERR_CAMIO_REFUSED', 'its owner could not let us in')
  }
}

/** An honest owner reads only what is written, writes only what is read, and does one of the two. */
function isAnswerTo({ kind, reads, writes }: Hello, wish: Wish): boolean {
  const asked = (wish.writes || !reads) && (wish.reads || !writes)
  return asked && (reads || writes || !(wish.reads || wish.writes)) && (kind & wish.kinds) !== 0
}

/** Why the memory that came with a hello cannot be used. */
export function badMemory(error: unknown, target: ShmTarget): CamioError {
  if (error instanceof Unusable) {
    return refusal('ERR_CAMIO_CORRUPT', target, `the memory that the other end lends cannot be used: ${error.message}`)
  }
  return fromSystemError(error, target.uri, 'cannot map the memory of')
}
