/** What is recorded can be read by Wireshark, and replayed. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Listener, listen, open, type Stream } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import '@camio/file'
import { replayed, tshark, withoutTshark } from './capture.js'
import { folder, fresh } from './transports.js'

let files = 0

function freshFile(): string {
  files++
  return join(folder(), `record-${files}.pcapng`)
}

interface Pair {
  readonly near: Stream
  readonly far: Stream
  readonly listener: Listener
}

/** Only the near end is recorded. */
async function recordedPair(t: ExecutionContext, uri: string, record: string): Promise<Pair> {
  const listener = await listen(uri)
  const near = await open(listener.uri, { record })
  if (near.features.connectionless) await near.write(Buffer.from('hello'))
  const far = await listener.accept()
  if (near.features.connectionless) await next(far)
  t.teardown(async () => {
    await Promise.allSettled([near, far].map((stream) => stream.close({ discard: true })))
    await listener.close()
  })
  return { near, far, listener }
}

async function next(stream: Stream): Promise<Buffer> {
  const lease = await stream.read()
  const copy = Buffer.from(lease!)
  stream.release()
  return copy
}

const LENGTHS = [1, 100, 1400, 9000]

/** Messages there and back again, one at a time, so that a byte stream has them as its pieces. */
async function converse({ near, far }: Pair): Promise<Buffer[]> {
  const said: Buffer[] = []
  for (const [i, length] of LENGTHS.entries()) {
    const message = Buffer.alloc(length, i + 65)
    await near.write(message)
    await near.flush()
    for (let seen = 0; seen < length; ) seen += (await next(far)).length
    await far.write(message)
    for (let seen = 0; seen < length; ) seen += (await next(near)).length
    said.push(message, message)
  }
  return said
}

for (const [scheme, uri] of [
  ['tcp', () => 'tcp://127.0.0.1:0'],
  ['udp', () => 'udp://127.0.0.1:0'],
  ['udp over IPv6', () => 'udp://[::1]:0'],
  ['shm', () => fresh('shm')],
  ['mem', () => fresh('mem')],
] as const) {
  const isBytes = scheme === 'tcp'
  const greeting = scheme.startsWith('udp') ? 1 : 0

  test.serial(`${scheme}: what was recorded is replayed`, async (t) => {
    const file = freshFile()
    const pair = await recordedPair(t, uri(), file)
    const said = await converse(pair)
    await pair.near.close()
    const all = await replayed(file)
    t.deepEqual(Buffer.concat(all.slice(greeting)), Buffer.concat(said))
    if (!isBytes) t.deepEqual(all.slice(greeting), said)
    const [read, written] = [await replayed(file, '&direction=in'), await replayed(file, '&direction=out')]
    const half = said.filter((_, i) => i % 2 === 0)
    t.deepEqual(Buffer.concat(read), Buffer.concat(half))
    t.deepEqual(Buffer.concat(written.slice(greeting)), Buffer.concat(half))
    t.is(statSync(file).mode & 0o777, 0o600)
  })

  const dissected = withoutTshark === null ? test.serial : test.serial.skip
  dissected(`${scheme}: tshark reads lengths, times and directions${withoutTshark ?? ''}`, async (t) => {
    const file = freshFile()
    const began = Date.now() / 1000
    const pair = await recordedPair(t, uri(), file)
    await converse(pair)
    const done = Date.now() / 1000
    await pair.near.close()
    const length = isBytes ? 'tcp.len' : 'udp.length'
    const fields = ['frame.time_epoch', length, 'frame.packet_flags_direction', 'frame.interface_name', '_ws.expert']
    const rows = tshark(file, fields)
    const expected = LENGTHS.flatMap((bytes) => [bytes, bytes])
    const lengths = rows.slice(greeting).map((row) => Number(row[1]) - (isBytes ? 0 : 8))
    if (isBytes) t.is(sum(lengths), sum(expected))
    else t.deepEqual(lengths, expected)
    const times = rows.map(([time]) => Number(time))
    t.deepEqual(times, times.toSorted())
    // The clock of the one is that of the other, but for rounding.
    for (const time of times) t.true(time >= began - 0.01 && time <= done + 0.01, `${time}`)
    const directions = rows.slice(greeting).map((row) => Number(row[2]))
    const [first, ...rest] = directions
    t.is(first, 2)
    t.true(rest.includes(1))
    for (const row of rows) {
      t.true(row[3]!.startsWith(`${pair.near.uri.split(':')[0]}:`))
      t.is(row[4], '', 'tshark finds something wrong')
    }
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

const dissected = withoutTshark === null ? test.serial : test.serial.skip
dissected(`tshark follows a recorded connection: nothing is missing in it${withoutTshark ?? ''}`, async (t) => {
  const file = freshFile()
  const pair = await recordedPair(t, 'tcp://127.0.0.1:0', file)
  await converse(pair)
  await pair.near.close()
  const rows = tshark(file, ['tcp.stream', 'tcp.analysis.flags', 'tcp.dstport'])
  t.deepEqual([...new Set(rows.map(([stream]) => stream))], ['0'])
  t.true(rows.every(([, flags]) => flags === ''))
  // The server's port is the real one, so that Wireshark knows the protocol.
  t.is(rows[0]![2], new URL(pair.listener.uri).port)
})

test.serial('a message that is larger than a packet is several, and one again when it is replayed', async (t) => {
  const file = freshFile()
  const { near, far } = await recordedPair(t, fresh('mem'), file)
  const message = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
  await near.write(message)
  await near.write(Buffer.from('behind it'))
  await next(far)
  await near.close()
  t.deepEqual(await replayed(file), [message, Buffer.from('behind it')])
  if (withoutTshark === null) t.is(tshark(file, ['udp.length']).length, 5)
})

test.serial('the streams of a listener share a file, and so do others of this thread; each has its name', async (t) => {
  const file = freshFile()
  await using server = await listen(fresh('mem'), { record: file })
  const clients = [await open(server.uri), await open(server.uri, { record: file })]
  const peers = [await server.accept(), await server.accept()]
  for (const [i, client] of clients.entries()) await client.write(Buffer.from(`from ${i}`))
  for (const peer of peers) await next(peer)
  for (const stream of [...clients, ...peers]) await stream.close()
  t.deepEqual((await replayed(file)).map(String).toSorted(), ['from 0', 'from 1', 'from 1'])
  t.deepEqual((await replayed(file, '&interface=0')).length, 1)
})

test.serial('empty messages are messages, and a rest that is offered again is recorded once', async (t) => {
  const [messages, bytes] = [freshFile(), freshFile()]
  const pair = await recordedPair(t, fresh('mem'), messages)
  await pair.near.write(new Uint8Array(0))
  await pair.near.close()
  t.deepEqual(await replayed(messages), [Buffer.alloc(0)])

  const { near, far } = await recordedPair(t, 'tcp://127.0.0.1:0', bytes)
  await far.write(Buffer.from('first'))
  await near.read()
  near.release(2)
  await far.write(Buffer.from('second'))
  await near.read()
  near.release()
  await near.close()
  t.is(Buffer.concat(await replayed(bytes)).toString(), 'firstsecond')
})

test.serial('what waits in the buffer is written at the end of the turn, without a close', async (t) => {
  const file = freshFile()
  const { near } = await recordedPair(t, fresh('mem'), file)
  await near.write(Buffer.from('seen at once'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.true(readFileSync(file).includes('seen at once'))
})

test.serial('what is no regular file is refused, and nothing hangs', async (t) => {
  await using server = await listen(fresh('mem'))
  for (const [record, code] of [
    ['/dev/null', 'ERR_CAMIO_BAD_OPTION'],
    [join(folder(), 'no', 'such', 'folder'), 'ERR_CAMIO_NOT_FOUND'],
    ['', 'ERR_CAMIO_BAD_OPTION'],
  ])
    await t.throwsAsync(open(server.uri, { record }), { code: code! })
})

/** Runs a program with a limit on the size of files, which is as a full disk would be. @returns what it printed */
function withFullDisk(program: string): string {
  const limited = ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath]
  const args = [...limited, '--input-type=module', '-e', program, freshFile()]
  return execFileSync('sh', args, { encoding: 'utf8', cwd: import.meta.dirname })
}

test.serial('a stream that only reads says at its close that the last of it was not recorded', (t) => {
  const program = `
    import { listen, open } from '@camio/core'
    import '@camio/layers'
    import '@camio/mem'
    process.on('SIGXFSZ', () => {})
    const server = await listen('mem:x')
    const near = await open('mem:x', { record: process.argv[1] })
    const far = await server.accept()
    far.tryWrite(new Uint8Array(60_000))
    near.tryRead()
    near.release()
    await near.close().catch((error) => console.log(error.code, error.syscall))
    process.exit()`
  t.is(withFullDisk(program), 'ERR_CAMIO_NO_SPACE write\n')
})

test.serial('a recording that cannot go on breaks the stream, which says why', (t) => {
  const program = `
    import { listen, open } from '@camio/core'
    import '@camio/layers'
    import '@camio/mem'
    process.on('SIGXFSZ', () => {})
    const server = await listen('mem:x')
    const near = await open('mem:x', { record: process.argv[1] })
    try {
      for (let i = 0; i < 10; i++) near.tryWrite(new Uint8Array(60_000))
    } catch (error) {
      console.log(error.code, error.syscall)
    }
    process.exit()`
  t.is(withFullDisk(program), 'ERR_CAMIO_NO_SPACE write\n')
})

test.serial('replay keeps the pauses, and speed= divides them', async (t) => {
  const file = freshFile()
  const { near } = await recordedPair(t, fresh('mem'), file)
  for (let i = 0; i < 3; i++) {
    await near.write(Uint8Array.of(i))
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  await near.close()
  await using stream = await open(`replay:${file}?speed=1`)
  t.truthy(stream.tryRead())
  stream.release()
  // The second message is not there before its pause is over.
  t.is(stream.tryRead(), null)
  t.false(stream.ended)
  let rest = 0
  for await (const lease of stream) rest += lease.length
  t.is(rest, 2)
  t.true(stream.ended)
})

test.serial('bad captures are typed errors', async (t) => {
  const file = freshFile()
  writeFileSync(file, 'this is no capture at all')
  await t.throwsAsync(open(`replay:${file}`), { code: 'ERR_CAMIO_CORRUPT' })
  await t.throwsAsync(open(`replay:${file}-missing`), { code: 'ERR_CAMIO_NOT_FOUND' })
  await t.throwsAsync(open('replay:'), { code: 'ERR_CAMIO_BAD_URI' })
  await t.throwsAsync(open(`replay:${file}?speed=0`), { code: 'ERR_CAMIO_BAD_OPTION' })
})
