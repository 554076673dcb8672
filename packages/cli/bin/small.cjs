// `camio cat FILE > COPY` of little: there is nothing to plan, and to load the command takes far longer than the copy.
// Whatever is not just that, and whatever goes wrong, is left to the command, which knows what to say.
'use strict'
const { closeSync, constants, fstatSync, openSync, readSync, writeSync } = require('node:fs')

const STDOUT = 1
const MOST = 64 * 1024
/** Named pipes and terminals: neither waits for a peer, nor becomes the terminal that controls us. None on Windows. */
const CALM = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

/** Neither an option, nor `-`, nor anything with a scheme. */
const PLAIN_PATH = /^[^-:][^:]*$/

/**
 * @param {readonly string[]} args of the command
 * @returns {readonly string[] | null} what is left to do for the command: all, nothing (`null`), or the rest of the file
 */
exports.copySmall = (args) => {
  const [command, path] = args
  if (command !== 'cat' || args.length !== 2 || !PLAIN_PATH.test(path)) return args
  const bytes = readSmall(path)
  if (bytes === null) return args
  const written = write(bytes)
  return written === bytes.length ? null : [command, written === 0 ? path : restOf(path, written)]
}

/** @returns {Buffer | null} `null` unless it is a small file and standard output is another one */
function readSmall(path) {
  let fd = -1
  try {
    const target = fstatSync(STDOUT)
    if (!target.isFile()) return null
    fd = openSync(path, constants.O_RDONLY | CALM)
    const source = fstatSync(fd)
    // Files such as those in /proc say 0 and have more.
    if (!source.isFile() || source.size === 0 || source.size > MOST) return null
    if (source.dev === target.dev && source.ino === target.ino) return null
    return readWhole(fd, source.size)
  } catch {
    return null
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}

/** @returns {Buffer | null} `null` when it has not the size that it said */
function readWhole(fd, size) {
  const bytes = Buffer.allocUnsafe(size + 1)
  return readSync(fd, bytes, 0, size + 1, null) === size ? bytes.subarray(0, size) : null
}

/** @returns {number} how many bytes were written before something went wrong */
function write(bytes) {
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(STDOUT, bytes, written)
  } catch {}
  return written
}

/** The same file from a place on, as a URI. Two slashes would begin a host there. */
function restOf(path, offset) {
  const address = path.replace(/^\/+/, '/').replace(/[%?#\s]/g, (c) => encodeURIComponent(c))
  return `file:${address}?offset=${offset}`
}
