// What is built ahead of time, and how far back it reaches. See docs/decisions/0080-prebuilt-by-zig.md.

/** The glibc that Node's own binaries of these releases need: whoever can run Node can load ours. */
export const GLIBC = '2.28'

const target = (arch, cpu, libc, abi) => ({ name: `linux-${arch}-${libc}`, arch, libc, triple: `${cpu}-linux-${abi}` })

/** `triple` is the compiler's name for it. */
export const targets = [
  target('x64', 'x86_64', 'glibc', `gnu.${GLIBC}`),
  target('x64', 'x86_64', 'musl', 'musl'),
  target('arm64', 'aarch64', 'glibc', `gnu.${GLIBC}`),
  target('arm64', 'aarch64', 'musl', 'musl'),
]
