// What a binary asks of the machine that loads it, as readelf(1) tells: it reads files for other processors, too.
import { capture } from '../run.mjs'
import { Stop } from '../say.mjs'

/** Libraries of the C library itself, by both of its makers; libm and the others are part of it. */
const C_LIBRARY = /^(lib(c|m|dl|pthread|rt)\.so(\.\d+)?|ld-linux-(x86-64|aarch64)\.so\.\d)$/

/** The libraries that a binary loads, the newest version of glibc that it wants a symbol of, and how it keeps thread-local storage. */
async function needsOf(file) {
  const { code, output } = await capture('readelf', ['--wide', '--dynamic', '--version-info', file])
  if (code !== 0) throw new Stop(`readelf cannot read ${file} (it comes with binutils): ${output}`)
  const libraries = [...output.matchAll(/\(NEEDED\).*\[(.+?)\]/g)].map(([, library]) => library)
  const versions = [...output.matchAll(/Name: GLIBC_(\d+(?:\.\d+)*)/g)].map(([, version]) => version)
  return { libraries, glibc: versions.sort(compareVersions).at(-1), staticTls: /\(FLAGS\).*STATIC_TLS/.test(output) }
}

function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  return left[0] - right[0] || left[1] - right[1] || 0
}

/** Stops at a binary that would not load everywhere where it should. @param newest the glibc that may be asked for, or none */
export async function checkNeeds(file, newest) {
  const { libraries, glibc, staticTls } = await needsOf(file)
  const foreign = libraries.filter((library) => !C_LIBRARY.test(library))
  if (foreign.length > 0) throw new Stop(`${file} needs ${foreign.join(', ')}, which not every machine has.`)
  if (glibc !== undefined && (newest === undefined || compareVersions(glibc, newest) > 0))
    throw new Stop(`${file} needs glibc ${glibc}; ${newest ?? 'none'} was meant.`)
  // Of which there is little for what is loaded late, and none where the C library is musl.
  if (staticTls) throw new Stop(`${file} needs static thread-local storage.`)
  return glibc
}
