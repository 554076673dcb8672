// node loaded.mjs PACKAGE: what a transport registers here, and which native file it has loaded.
import { registry } from '@camio/core'

await import(process.argv[2])
const schemes = registry.list().map((driver) => {
  const { engine, reason } = driver.available()
  return { scheme: driver.scheme, engine, reason }
})
const natives = process.report.getReport().sharedObjects.filter((file) => /@camio.*\.node$/.test(file))
process.stdout.write(JSON.stringify({ schemes, natives }))
