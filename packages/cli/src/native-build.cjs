// Stands in for node-gyp-build in the bundle: looks where a native part normally is, and asks the real one only if it is not.
'use strict'
const { existsSync, readdirSync } = require('node:fs')
const { join } = require('node:path')

module.exports = function load(folder) {
  const file = built(folder) ?? prebuilt(folder)
  if (file === undefined) return require('node-gyp-build')(folder)
  // What require() does for such a file, without looking around first.
  const native = { exports: {} }
  process.dlopen(native, file)
  return native.exports
}

function nodeFiles(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.node'))
  } catch {
    return []
  }
}

function built(folder) {
  const release = join(folder, 'build', 'Release')
  const [name] = nodeFiles(release)
  return name && join(release, name)
}

/** The file for this C library; where there is nothing, or more than one to choose from, the real one decides. */
function prebuilt(folder) {
  const prebuilds = join(folder, 'prebuilds', `${process.platform}-${process.arch}`)
  const foreign = existsSync('/etc/alpine-release') ? '.glibc.' : '.musl.'
  const names = nodeFiles(prebuilds).filter((name) => !name.includes(foreign))
  return names.length === 1 ? join(prebuilds, names[0]) : undefined
}
