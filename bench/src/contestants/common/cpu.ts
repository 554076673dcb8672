/** Seconds of CPU time that this process took so far, in user space and in the kernel. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
