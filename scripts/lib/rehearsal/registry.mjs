// A registry of our own on the loopback interface: Verdaccio, with nothing behind it. What it was not given, nobody can install.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tool } from '../run.mjs'
import { Stop } from '../say.mjs'

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** @returns its address, and `close` */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'config.yaml')
  const everybody = { access: '$all', publish: '$all', unpublish: '$all' }
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      storage: join(folder, 'storage'),
      auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: -1 } },
      packages: { '**': everybody },
      web: { enable: false },
      max_body_size: '100mb',
      log: { type: 'stdout', format: 'json', level: 'warn' },
    }),
  )
  const port = await freePort()
  const child = spawn(process.execPath, [tool('verdaccio'), '--config', config, '--listen', `127.0.0.1:${port}`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
    })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}/`
  const close = async () => {
    child.kill()
    await exited
  }
  for (let tries = 0; !(await answers(url)); tries++) {
    if (child.exitCode !== null || tries > 300) {
      await close()
      throw new Stop(`Verdaccio does not start:\n${output}`)
    }
    await sleep(100)
  }
  return { url, close }
}

async function answers(url) {
  try {
    return (await fetch(`${url}-/ping`)).ok
  } catch {
    return false
  }
}
