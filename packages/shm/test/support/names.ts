/** Names that no other run uses. */
let count = 0

export function freshName(): string {
  return `shm:test-${process.pid}-${++count}`
}
