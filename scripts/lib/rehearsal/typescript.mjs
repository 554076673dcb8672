// Programs in TypeScript, under the releases and the ways of resolving modules that people have.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onDemand } from '../on-demand.mjs'
import { readJson, root } from '../packages.mjs'
import { Consumer } from './consumer.mjs'
import { expect } from './expect.mjs'

const RELEASES = ['5', '6', '7']

const RESOLUTIONS = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]

/** Uses types of every entry, and options that only the augmented interface of a transport knows. */
const PROGRAM = `import { open, type Stream } from '@camio/core'
import { toReadable } from '@camio/core/adapters'
import { hostPortUri } from '@camio/core/net'
import { defineDriver } from '@camio/core/spi'
import '@camio/tcp'

export async function main(): Promise<void> {
  const stream: Stream = await open('tcp://127.0.0.1:7', { nodelay: true, mode: 'rw' })
  // @ts-expect-error an option of tcp: that has another type
  await open('tcp://127.0.0.1:7', { nodelay: 1 })
  const lease: Uint8Array | null = stream.tryRead()
  console.log(lease?.length, toReadable(stream), hostPortUri, defineDriver)
}
`

/** The same from CommonJS, which asks the compiler to know that such a module may be required. */
const COMMONJS = `import { open } from '@camio/core'
import '@camio/tcp'

export const main = (): Promise<unknown> => open('tcp://127.0.0.1:7', { nodelay: true })
`

export async function compileConsumers(scene) {
  const consumer = new Consumer(scene.folder('typescript'), scene.env)
  await consumer.npmInstall(['@camio/core', '@camio/tcp'])
  mkdirSync(join(consumer.folder, 'node_modules', '@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(consumer.folder, 'node_modules', name))
  writeFileSync(join(consumer.folder, 'program.ts'), PROGRAM)
  writeFileSync(join(consumer.folder, 'required.cts'), COMMONJS)
  for (const release of RELEASES) await compileWith(consumer, await onDemand('typescript', release))
}

async function compileWith(consumer, compiler) {
  const { version, bin } = readJson(compiler, 'package.json')
  for (const resolution of RESOLUTIONS) {
    const { moduleResolution } = resolution
    // CommonJS that requires modules is what "nodenext" describes; "bundler" leaves it to the bundler.
    const files = moduleResolution === 'nodenext' ? ['program.ts', 'required.cts'] : ['program.ts']
    const compilerOptions = {
      ...resolution,
      target: 'es2022',
      strict: true,
      noEmit: true,
      types: ['node'],
      skipLibCheck: false,
    }
    writeFileSync(join(consumer.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
    const { code, output } = await consumer.run([join(compiler, bin.tsc), '--project', '.'])
    expect(code === 0, `TypeScript ${version}, ${moduleResolution}: ${files.join(' and ')} compile`, output)
  }
}
