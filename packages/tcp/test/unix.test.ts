import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import '@camio/tcp'
import { existsSync, lstatSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { listen, open } from '@camio/core'
import test, { type ExecutionContext } from 'ava'
import { run } from './child.js'
import { listenFor, pair, readAll } from './pairs.js'
import { freshAbstract, freshPath, freshUnix } from './places.js'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

for (const engine of ['native', 'node'] as const) {
  test(`${engine}: the socket file has the mode of perm=, 0600 without it, whatever the umask`, async (t) => {
    for (const [perm, expected] of [
      [undefined, '600'],
      ['0666', '666'],
      ['640', '640'],
    ] as const) {
      const path = freshPath()
      await listenFor(t, `unix:${path}`, { engine, ...(perm && { perm }) })
      t.is(mode(path), expected)
    }
  })

  test(`${engine}: the socket file goes with the listener, and only its own`, async (t) => {
    const path = freshPath()
    const first = await listen(`unix:${path}`, { engine })
    t.true(lstatSync(path).isSocket())
    await first.close()
    t.false(existsSync(path))
    const second = await listen(`unix:${path}`, { engine })
    unlinkSync(path)
    writeFileSync(path, 'somebody else’s')
    await second.close()
    t.true(existsSync(path))
  })

  test(`${engine}: a stale socket file is replaced, one that is listened on is not, another file never`, async (t) => {
    const path = freshPath()
    const uri = `unix:${path}` as const
    const { code, stderr } = await run(`await listen('${uri}'); process.kill(process.pid, 'SIGKILL')`)
    t.not(code, 0, stderr)
    t.true(lstatSync(path).isSocket())
    await t.throwsAsync(open(uri, { engine }), { code: 'ERR_CAMIO_REFUSED' })
    await listenFor(t, uri, { engine })
    await t.throwsAsync(listen(uri, { engine }), { code: 'ERR_CAMIO_ADDRESS_IN_USE' })
    const file = freshPath()
    writeFileSync(file, 'data')
    await t.throwsAsync(listen(`unix:${file}`, { engine }), { code: 'ERR_CAMIO_ADDRESS_IN_USE' })
    t.true(lstatSync(file).isFile())
  })

  test(`${engine}: nothing there is ERR_CAMIO_NOT_FOUND, a folder in the way too`, async (t) => {
    await t.throwsAsync(open(freshUnix(), { engine }), { code: 'ERR_CAMIO_NOT_FOUND' })
    await t.throwsAsync(listen(`${freshUnix()}/no/such`, { engine }), { code: 'ERR_CAMIO_NOT_FOUND' })
  })

  test(`${engine}: names with every character that a URI gives a meaning to`, async (t) => {
    const path = `${freshPath()} 100%?#ü`
    const uri = `unix:${encodeURIComponent(path)}` as const
    const { near, far, listener } = await pair(t, uri, { engine })
    await near.write(Buffer.from('x'))
    await near.end()
    t.is((await readAll(far)).length, 1)
    t.true(lstatSync(path).isSocket())
    t.is(decodeURIComponent(listener.uri.slice(5)), path)
  })
}

test('a name too long, and none at all, are ERR_CAMIO_BAD_URI', async (t) => {
  await t.throwsAsync(open(`unix:/${'x'.repeat(107)}`), { code: 'ERR_CAMIO_BAD_URI', message: /107/ })
  await t.throwsAsync(open('unix:'), { code: 'ERR_CAMIO_BAD_URI' })
  await t.throwsAsync(open('unix:@'), { code: 'ERR_CAMIO_BAD_URI' })
  await t.throwsAsync(open('unix:/x?perm=999'), { code: 'ERR_CAMIO_BAD_OPTION', message: /octal/ })
  await t.throwsAsync(open('unix:/x?uid=me'), { code: 'ERR_CAMIO_BAD_OPTION', message: /same/ })
})

test('an abstract name leaves no file, and is free when its listener closed', async (t) => {
  const uri = freshAbstract()
  const listener = await listen(uri)
  await t.throwsAsync(listen(uri), { code: 'ERR_CAMIO_ADDRESS_IN_USE' })
  await listener.close()
  const { near, far } = await pair(t, uri)
  await far.write(Buffer.from('y'))
  await far.end()
  t.is((await readAll(near)).length, 1)
})

const NOBODY = 65_534
const HERE = fileURLToPath(import.meta.url)
/** Another user must be able to load this package: not so in a folder that is private to root. */
const strangersCanRun = process.geteuid?.() === 0 && spawnSync('test', ['-r', HERE], { uid: NOBODY }).status === 0
const asStranger = (title: string, fn: (t: ExecutionContext) => Promise<void>) =>
  strangersCanRun ? test(title, fn) : test.skip(`${title} (needs root, and a checkout that others can read)`, fn)

asStranger('an abstract name of another user is ERR_CAMIO_NO_PERMISSION at the one who connects', async (t) => {
  const uri = freshAbstract()
  await listenFor(t, uri, { uid: 'any' })
  const program = (options: string) =>
    run(`console.log(await open('${uri}', ${options}).then((s) => s.uri, (e) => e.code)); process.exit()`, {
      uid: NOBODY,
    })
  t.is((await program('{}')).stdout.trim(), 'ERR_CAMIO_NO_PERMISSION')
  t.is((await program(`{ uid: '0' }`)).stdout.trim(), uri)
})

asStranger('another user who connects to an abstract name is never accepted', async (t) => {
  const uri = freshAbstract()
  const listener = await listenFor(t, uri)
  const stranger = run(
    `const stream = await open('${uri}', { uid: 'any' })
     console.log(await stream.read().then((lease) => lease, (error) => error.code))
     process.exit()`,
    { uid: NOBODY },
  )
  let over = false
  const outcome = stranger.finally(() => {
    over = true
  })
  while (!over) {
    t.is(listener.tryAccept(), null)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  // Closed before anything was said: an end or a reset, but no word.
  t.regex((await outcome).stdout, /^(null|ERR_CAMIO_RESET)$/m)
})

test('a queue that is full is waited for', async (t) => {
  const uri = freshUnix()
  const listener = await listenFor(t, uri, { engine: 'native', backlog: 1 })
  const opening = Array.from({ length: 20 }, () => open(uri, { engine: 'native' }))
  const accepted = []
  for (let i = 0; i < opening.length; i++) accepted.push(await listener.accept())
  for (const stream of [...accepted, ...(await Promise.all(opening))]) await stream.close()
  t.is(accepted.length, 20)
})

test('passed descriptors, which cut reads short, delay nothing', async (t) => {
  const uri = freshUnix()
  const listener = await listenFor(t, uri)
  const sending = run('', {
    prefix: `command -v python3 >/dev/null || exit 0; python3 -c "
import socket, array
s = socket.socket(socket.AF_UNIX); s.connect('${uri.slice(5)}')
rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0]))]
s.sendmsg([b'one'], rights); s.sendmsg([b'two'], rights); s.sendall(b'end'); s.recv(1)"`,
  })
  const python = await Promise.race([sending.then(() => null), listener.accept()])
  if (python === null) {
    t.pass('no python3 to pass descriptors with')
    return
  }
  let text = ''
  while (!text.endsWith('end')) {
    text += Buffer.from((await python.read())!).toString()
    python.release()
  }
  t.is(text, 'onetwoend')
  await python.close()
  await sending
})

test('a foreign server at the same path is spoken to like any other', async (t) => {
  const path = freshPath()
  const server = createServer((socket) => socket.end('hi')).listen(path)
  await new Promise((resolve) => server.once('listening', resolve))
  const stream = await open(`unix:${path}`)
  t.is((await readAll(stream)).toString(), 'hi')
  await stream.close()
  server.close()
})
