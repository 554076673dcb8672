// npm run prebuilds [-- linux-x64-glibc ...]: the native parts as they are published, for all targets, from this one machine.
import { installDependencies } from './lib/dependencies.mjs'
import { locked } from './lib/lock.mjs'
import { hasMusl, relocateByMusl } from './lib/musl.mjs'
import { prebuildAll } from './lib/prebuild/all.mjs'
import { targets } from './lib/prebuild/targets.mjs'
import { main, Stop, say } from './lib/say.mjs'

function chosen(names) {
  const unknown = names.filter((name) => !targets.some((target) => target.name === name))
  if (unknown.length > 0)
    throw new Stop(`No target is called ${unknown.join(', ')}: ${targets.map(({ name }) => name).join(', ')}.`)
  return targets.filter(({ name }) => names.length === 0 || names.includes(name))
}

await main(async (names) => {
  const wanted = chosen(names)
  const results = await locked(async () => {
    await installDependencies()
    return prebuildAll(wanted)
  })
  for (const { subject, target, bytes, glibc } of results) {
    const size = `${bytes.toLocaleString('en')} bytes`.padStart(15)
    process.stdout.write(
      `${subject.name.padEnd(8)}${target.name.padEnd(18)}${size}${glibc ? `  glibc ${glibc}` : ''}\n`,
    )
  }
  await checkByMusl(results.filter(({ target }) => target.name === 'linux-x64-musl'))
})

/** As near to loading as this comes. */
async function checkByMusl(results) {
  if (results.length === 0) return
  if (!hasMusl()) return say('musl is not here: its loader was not asked about the binaries for it')
  for (const { file } of results) await relocateByMusl(file)
  say(`musl's loader finds all that the binaries for it want, but what Node brings: ${results.length} binaries`)
}
