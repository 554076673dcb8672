// From a fresh clone to something that runs. Whatever is done already is skipped.
import { bundleCommand } from './bundle.mjs'
import { installDependencies } from './dependencies.mjs'
import { locked } from './lock.mjs'
import { buildNative } from './native.mjs'
import { say } from './say.mjs'
import { checkNode } from './toolchain.mjs'
import { compile } from './typescript.mjs'

/** With `native: 'optional'` a machine without a C++ compiler gets a warning and the node engine; `'none'` builds no C++. */
export async function setUp({ native }) {
  say(`node ${process.version}`)
  checkNode()
  await locked(async () => {
    await installDependencies()
    await compile()
    await bundleCommand()
    if (native !== 'none') await buildNative({ required: native === 'required' })
  })
}
