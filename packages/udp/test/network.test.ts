/** Between two network namespaces: multicast, broadcast, and a path that does not take everything. */
import { spawnSync } from 'node:child_process'
import test from 'ava'
import { type Cable, cable, Inside, missing } from './namespaces.js'
import { ENGINES } from './support.js'

const inNamespaces = missing === null ? test.serial : test.serial.skip
const why = missing === null ? '' : ` (${missing})`

for (const engine of ENGINES) {
  const both = `engine=${engine}`

  inNamespaces(`${engine}: multicast over IPv4, and over IPv6${why}`, async (t) => {
    const { a, b } = cable(t)
    for (const [group, sender] of [
      ['239.7.7.7', '10.77.0.2'],
      ['[ff15::77]', 'fd77::2'],
    ] as const) {
      const receiver = new Inside(
        t,
        a,
        `const group = await open('udp://${group}:7000?mode=r&iface=camio0&${both}')
         say('joined ' + group.uri + ' ' + group.features.delivery)
         await words(group)`,
      )
      t.is(await receiver.says(), `joined udp://${group}:7000 each`)
      new Inside(
        t,
        b,
        `const group = await open('udp://${group}:7000?mode=w&iface=camio0&ttl=2&${both}')
         await group.write(Buffer.from('to the group'))`,
      )
      t.is(await receiver.says(), `to the group from ${sender}`)
    }
  })

  inNamespaces(
    `${engine}: the interface by its address; a member that also writes hears itself unless loop=0${why}`,
    async (t) => {
      const { a } = cable(t)
      const member = new Inside(
        t,
        a,
        `for (const loop of [0, 1]) {
         const group = await open('udp://239.7.7.8:7001?iface=10.77.0.1&${both}&loop=' + loop)
         await group.write(Buffer.from('loop ' + loop))
         const late = setTimeout(() => group.close(), 300)
         await words(group).catch(() => say('nothing'))
         clearTimeout(late)
         await group.close()
       }`,
      )
      t.is(await member.says(), 'nothing')
      t.is(await member.says(), 'loop 1 from 10.77.0.1')
    },
  )

  inNamespaces(`${engine}: a source-specific join hears its source only${why}`, async (t) => {
    const { a, b } = cable(t)
    const receiver = new Inside(
      t,
      a,
      `const group = await open('udp://232.7.7.7:7002?mode=r&iface=camio0&source=10.77.0.3&${both}')
       say('joined')
       await words(group)`,
    )
    t.is(await receiver.says(), 'joined')
    new Inside(
      t,
      b,
      `for (const host of ['10.77.0.2', '10.77.0.3']) {
         const group = await open('udp://232.7.7.7:7002?mode=w&iface=camio0&bind=' + host + '&${both}')
         await group.write(Buffer.from('sent by ' + host))
         await group.flush()
       }`,
    )
    t.is(await receiver.says(), 'sent by 10.77.0.3 from 10.77.0.3')
  })

  inNamespaces(`${engine}: a link-local group is joined on the interface of its zone, or of iface${why}`, async (t) => {
    const { a, b } = cable(t)
    const joining = new Inside(
      t,
      a,
      `const { readFileSync } = await import('node:fs')
       const where = () => readFileSync('/proc/net/igmp6', 'utf8').split('\\n')
         .filter((line) => line.includes('ff020000000000000000000000000099')).map((line) => line.split(/ +/)[1]).join()
       for (const device of ['lo', 'camio0']) {
         for (const uri of ['[ff02::99%25' + device + ']:7020?', '[ff02::99]:7020?iface=' + device + '&', '[ff02::99%25' + device + ']:7020?iface=' + device + '&']) {
           for (const mode of ['r', 'rw']) {
             const group = await open('udp://' + uri + 'mode=' + mode + '&${both}')
             say(device + ' ' + where())
             await group.close()
             while (where() !== '') await new Promise((done) => setTimeout(done, 2))
           }
         }
       }
       await open('udp://[ff02::99%25lo]:7020?iface=camio0&${both}').catch((error) => say(error.code + ' ' + error.message.includes('iface')))
       await open('udp://[ff02::99%25nosuch]:7020?mode=r&${both}').catch((error) => say(error.code))
       const group = await open('udp://[ff02::99]:7020?mode=r&iface=camio0&${both}')
       say('joined')
       await words(group, 3)`,
    )
    for (const device of ['lo', 'camio0']) {
      for (let i = 0; i < 6; i++) t.is(await joining.says(), `${device} ${device}`)
    }
    t.is(await joining.says(), 'ERR_CAMIO_BAD_OPTION true')
    t.is(await joining.says(), 'ERR_CAMIO_ADDRESS')
    t.is(await joining.says(), 'joined')
    new Inside(
      t,
      b,
      `for (const uri of ['[ff02::99%25camio0]:7020?mode=w', '[ff02::99]:7020?mode=w&iface=camio0']) {
         const group = await open('udp://' + uri + '&${both}')
         await group.write(Buffer.from(uri))
         await group.flush()
       }
       const all = await open('udp://:0?iface=camio0&${both}')
       all.tryClaim(5, { host: 'ff02::99%camio0', port: 7020 }).set(Buffer.from('bound'))
       all.commit()
       await all.flush()`,
    )
    t.regex(await joining.says(), /^\[ff02::99%25camio0\]:7020\?mode=w from /)
    t.regex(await joining.says(), /^\[ff02::99\]:7020\?mode=w&iface=camio0 from /)
    t.regex(await joining.says(), /^bound from /)
  })

  inNamespaces(`${engine}: a bound stream sends to groups by iface=${why}`, async (t) => {
    const { a, b } = cable(t)
    const receiver = new Inside(
      t,
      a,
      `const group = await open('udp://239.7.7.9:7021?mode=r&iface=camio0&${both}'); say('joined'); await words(group)`,
    )
    t.is(await receiver.says(), 'joined')
    new Inside(
      t,
      b,
      `const { execFileSync } = await import('node:child_process')
       execFileSync('ip', ['route', 'replace', '224.0.0.0/4', 'dev', 'lo'])
       const bound = await open('udp://:0?iface=camio0&bind=0.0.0.0&${both}')
       bound.tryClaim(2, { host: '239.7.7.9', port: 7021 }).set(Buffer.from('hi'))
       bound.commit()
       await bound.flush()`,
    )
    t.is(await receiver.says(), 'hi from 10.77.0.2')
  })

  inNamespaces(`${engine}: broadcast, where it is allowed${why}`, async (t) => {
    const { a, b } = cable(t)
    const receiver = new Inside(t, a, `const all = await open('udp://:7003?${both}'); say('bound'); await words(all)`)
    t.is(await receiver.says(), 'bound')
    const sender = new Inside(
      t,
      b,
      `const forbidden = await open('udp://10.77.0.255:7003?${both}').catch((error) => say(error.code))
       await forbidden?.write(Buffer.from('x'))
       await forbidden?.flush().catch((error) => say(error.code))
       const all = await open('udp://10.77.0.255:7003?broadcast=1&${both}')
       await all.write(Buffer.from('to all'))`,
    )
    t.is(await receiver.says(), 'to all from 10.77.0.2')
    if (engine === 'native') t.is(await sender.says(), 'ERR_CAMIO_NO_PERMISSION')
  })
}

/** The receiver at `a`, and what a sender at `b` says. */
async function overThePath(
  t: Parameters<typeof cable>[0],
  options: string,
  program: string,
): Promise<[Inside, Inside, Cable]> {
  const ends = cable(t)
  const receiver = new Inside(
    t,
    ends.a,
    `const here = await open('udp://:7004')
     say('bound')
     for (;;) { const lease = await here.read(); say('got ' + lease.length); here.release() }`,
  )
  t.is(await receiver.says(), 'bound')
  const sender = new Inside(t, ends.b, `const there = await open('udp://10.77.0.1:7004?${options}')\n${program}`)
  return [receiver, sender, ends]
}

inNamespaces(
  `what the path cannot take whole is cut and joined by the system; joined datagrams are not${why}`,
  async (t) => {
    const [receiver] = await overThePath(
      t,
      '',
      `for (let i = 0; i < 3; i++) there.tryWrite(Buffer.alloc(3000))
     for (let i = 0; i < 3; i++) there.tryWrite(Buffer.alloc(1000))`,
    )
    for (const length of [3000, 3000, 3000, 1000, 1000, 1000]) t.is(await receiver.says(), `got ${length}`)
  },
)

inNamespaces(
  `ip-fragment=0: what is too large for the path is a typed error that says what it takes; the stream goes on${why}`,
  async (t) => {
    const [receiver, sender] = await overThePath(
      t,
      'ip-fragment=0',
      `await there.write(Buffer.alloc(3000))
     await there.flush().catch((error) => say(error.code + /takes packets of [0-9]+/.exec(error.message)))
     say('path ' + there.pathMtu + ' lost ' + there.losses.unsent)
     await there.write(Buffer.alloc(1472))`,
    )
    t.is(await sender.says(), 'ERR_CAMIO_TOO_LARGEtakes packets of 1500')
    t.is(await sender.says(), 'path 1500 lost 1')
    t.is(await receiver.says(), 'got 1472')
  },
)

inNamespaces(
  `a slow line: the full socket is told by a value, writable() wakes, and what was taken arrives${why}`,
  async (t) => {
    const { a, b } = cable(t)
    const line = ['tbf', 'rate', '20mbit', 'burst', '5kb', 'limit', '1mb']
    const slow = spawnSync('ip', ['netns', 'exec', b, 'tc', 'qdisc', 'add', 'dev', 'camio0', 'root', ...line])
    if (slow.status !== 0) {
      t.pass('this kernel has no token bucket filter')
      return
    }
    const receiver = new Inside(
      t,
      a,
      `const here = await open('udp://:7005?rcvbuf=4MiB')
     say('bound')
     let expected = 0
     while (expected < 1000) {
       await here.readable()
       here.readBatch((bytes, offset, length) => {
         if (length !== 1000 || bytes[offset] !== (expected & 255)) say('wrong ' + expected)
         expected++
       })
     }
     say('all')`,
    )
    t.is(await receiver.says(), 'bound')
    const sender = new Inside(
      t,
      b,
      `const there = await open('udp://10.77.0.1:7005?sndbuf=16KiB')
     let refused = 0
     for (let i = 0; i < 1000; i++) {
       let claim
       while ((claim = there.tryClaim(1000)) === null) { refused++; await there.writable() }
       claim[0] = i
       there.commit()
     }
     await there.end()
     say(JSON.stringify({ refused: refused > 0, counted: there.stats.write.backpressure === refused, lost: there.stats.write.overruns }))`,
    )
    t.is(await sender.says(), '{"refused":true,"counted":true,"lost":0}')
    t.is(await receiver.says(), 'all')
  },
)

inNamespaces(`what the system refuses is one loss, told once, and the connected stream goes on${why}`, async (t) => {
  const { a, b } = cable(t)
  const receiver = new Inside(t, a, `const here = await open('udp://:7006'); say('bound'); await words(here, 9)`)
  t.is(await receiver.says(), 'bound')
  for (const kind of ['prohibit', 'unreachable', 'blackhole']) {
    const sender = new Inside(
      t,
      b,
      `const { execFileSync } = await import('node:child_process')
       const route = (what) => execFileSync('ip', ['route', what, '${kind}', '10.77.0.1/32'])
       const there = await open('udp://10.77.0.1:7006')
       route('add')
       there.tryWrite(Buffer.from('x'))
       await there.flush().then(() => say('no error'), (error) => say(error.code))
       route('del')
       await there.write(Buffer.from('${kind}'))
       await there.flush()
       say(JSON.stringify(there.losses) + ' ' + there.stats.write.overruns)`,
    )
    t.regex(await sender.says(), /^ERR_CAMIO_(NO_PERMISSION|ADDRESS|SYSTEM)$/)
    t.is(await sender.says(), '{"system":0,"queue":0,"oversize":0,"unreachable":0,"unsent":1} 1')
    t.is(await receiver.says(), `${kind} from 10.77.0.2`)
  }
})

inNamespaces(`ip-fragment=0: a datagram that is too large is one loss, connected and bound${why}`, async (t) => {
  const { a } = cable(t)
  for (const uri of ['udp://10.77.0.2:7000', 'udp://:0']) {
    const sender = new Inside(
      t,
      a,
      `const there = await open('${uri}?ip-fragment=0')
       const to = ${uri.endsWith(':0')} ? { host: '10.77.0.2', port: 7000 } : undefined
       for (let i = 0; i < 3; i++) {
         there.tryClaim(3000, to).fill(0)
         there.commit()
         await there.flush().catch((error) => say(error.code))
       }
       await new Promise((done) => setTimeout(done, 20))
       say(there.losses.unsent + ' ' + there.losses.unreachable + ' ' + there.stats.write.overruns)`,
    )
    for (let i = 0; i < 3; i++) t.is(await sender.says(), 'ERR_CAMIO_TOO_LARGE')
    t.is(await sender.says(), '3 0 3')
  }
})

inNamespaces(`a datagram that the system refuses does not stop others from being joined${why}`, async (t) => {
  const { a } = cable(t)
  const sender = new Inside(
    t,
    a,
    `const [receiver, sender] = [await open('udp://:7008?bind=127.0.0.1&rcvbuf=4MiB'), await open('udp://:0?bind=127.0.0.1')]
     const burst = async () => {
       const [sent, read] = [sender.stats.write.systemCalls, receiver.stats.read.systemCalls]
       sender.writeBatch((room, at, length) => void room.fill(1, at, at + length), 100, 500, { host: '127.0.0.1', port: 7008 })
       await sender.flush()
       let got = 0
       while (got < 500) { await receiver.readable(); receiver.readBatch(() => void got++) }
       say((sender.stats.write.systemCalls - sent) + ' ' + (receiver.stats.read.systemCalls - read < 10))
     }
     await burst()
     for (let i = 0; i < 2; i++) {
       // From loopback nothing leaves this host: EINVAL.
       sender.tryClaim(1, { host: '10.77.0.2', port: 9 }).fill(0)
       sender.commit()
     }
     await sender.flush().catch((error) => say(error.cause.code))
     await burst()
     say(sender.losses.unsent + ' ' + sender.losses.unreachable)`,
  )
  t.is(await sender.says(), '1 true')
  t.is(await sender.says(), 'EINVAL')
  t.is(await sender.says(), '1 true')
  t.is(await sender.says(), '2 0')
})

inNamespaces(`a full queue of the network card is backpressure: no error, no loss${why}`, async (t) => {
  const { a, b } = cable(t)
  const line = ['tbf', 'rate', '20mbit', 'burst', '5kb', 'limit', '4kb']
  const slow = spawnSync('ip', ['netns', 'exec', b, 'tc', 'qdisc', 'add', 'dev', 'camio0', 'root', ...line])
  if (slow.status !== 0) {
    t.pass('this kernel has no token bucket filter')
    return
  }
  const receiver = new Inside(
    t,
    a,
    `const here = await open('udp://:7009?rcvbuf=4MiB')
     say('bound')
     let got = 0
     while (got < 300) { await here.readable(); here.readBatch(() => void got++) }
     say('all')`,
  )
  t.is(await receiver.says(), 'bound')
  const sender = new Inside(
    t,
    b,
    `const there = await open('udp://10.77.0.1:7009?sndbuf=4MiB')
     // Of changing length: the filter would drop a part of joined ones by itself.
     for (let i = 0; i < 300; i++) await there.write(Buffer.alloc(800 + (i % 7)))
     await there.end()
     await there.flush()
     say(JSON.stringify(there.losses))`,
  )
  t.is(await sender.says(), '{"system":0,"queue":0,"oversize":0,"unreachable":0,"unsent":0}')
  t.is(await receiver.says(), 'all')
})
