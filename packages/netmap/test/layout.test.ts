/** The layouts of native/netmap_abi.h, which asserts them, for both architectures and both languages. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const header = fileURLToPath(new URL('../native/netmap_abi.h', import.meta.url))

for (const compiler of ['cc', 'c++', 'aarch64-linux-gnu-gcc', 'aarch64-linux-gnu-g++']) {
  const cxx = compiler.endsWith('+')
  const there = process.platform === 'linux' && spawnSync(compiler, ['--version']).status === 0
  const title = `what netmap and we agree on is laid out the same by ${compiler}`
  if (!there) test.skip(`${title} (not installed)`, (t) => t.pass())
  else
    test(title, (t) => {
      const flags = [
        cxx ? '-std=gnu++20' : '-std=gnu17',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-fsyntax-only',
        '-x',
        cxx ? 'c++' : 'c',
      ]
      const { status, stderr } = spawnSync(compiler, [...flags, header])
      t.is(status, 0, String(stderr))
    })
}
