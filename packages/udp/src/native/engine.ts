/** The native engine: sockets made, and watched. */
import type { NativeSockets } from '@camio/core/spi'
import type { Engine } from '../engine.js'
import { LARGEST } from '../features.js'
import { interfaceIndex } from '../name.js'
import { type SocketPlan, sourceOf, trafficClass, type UdpTarget } from '../plan.js'
import type { Port, PortOwner } from '../port.js'
import { type Binding, Flag } from './binding.js'
import { Gather } from './gather.js'
import { NativePort } from './port.js'

/** Of this thread: there is one epoll that waits. */
let gather: Gather | undefined

export class NativeEngine implements Engine {
  readonly name = 'native'
  readonly writeCopies = 0
  private readonly gather: Gather

  constructor(private readonly sockets: NativeSockets<Binding>) {
    this.gather = gather ??= new Gather(sockets.binding)
  }

  open(target: UdpTarget, plan: SocketPlan, owner: PortOwner): Port {
    const { gather } = this
    const { binding, dispatcher } = this.sockets
    const { local, remote, group } = plan
    const source = group === null ? null : sourceOf(target)
    const slot = dispatcher.opened(
      binding.open(
        local?.host ?? '',
        local?.port ?? 0,
        remote?.host ?? '',
        remote?.port ?? 0,
        group?.host ?? '',
        group?.port ?? 0,
        source ?? '',
        0,
        this.settings(target, plan),
      ),
    )
    const { timestamps, gather: gatherMs } = target.options
    try {
      gather.add(gatherMs)
      return new NativePort({ binding, dispatcher, gather, slot, largest: LARGEST, timestamps, gatherMs }, owner)
    } catch (error) {
      dispatcher.close(slot, true)
      throw error
    }
  }

  private settings({ options }: UdpTarget, { group, multicast }: SocketPlan): Int32Array {
    const { rcvbuf, sndbuf, ttl } = options
    const index = multicast === null ? 0 : interfaceIndex(multicast.name)
    return Int32Array.of(flagsOf(options, group !== null), rcvbuf, sndbuf, trafficClass(options), ttl ?? -1, index)
  }
}

function flagsOf(options: UdpTarget['options'], joins: boolean): number {
  return (
    (options.reuseport ? Flag.REUSEPORT : 0) |
    // Any number of programs of a host may hear a group.
    (joins ? Flag.REUSEADDR : 0) |
    (options.broadcast ? Flag.BROADCAST : 0) |
    (options.timestamps ? Flag.TIMESTAMPS : 0) |
    (options.ipFragment ? 0 : Flag.WHOLE) |
    (options.loop ? 0 : Flag.NO_LOOP)
  )
}
