// What a binding.gyp asks for:
//   "sources":      ["<!@(node -p \"require('@camio/native-common').sources('native')\")"]
//   "include_dirs": ["<!(node -p \"require('@camio/native-common').include_dir\")"]
// Gyp runs these in the package's own folder and splits at spaces, hence the paths relative to it.
const { readdirSync } = require('node:fs')
const { join, relative } = require('node:path')

const include = join(__dirname, 'include')
const include_dir = relative('.', include)

/** Every C++ file in `folder`, as one line for gyp. */
function sources(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.cc'))
  return files
    .sort()
    .map((name) => `${folder}/${name}`)
    .join(' ')
}

module.exports = { include, include_dir, sources }
