export const PREFIX = 'bench:'

export function keyOf(i: number, size: number): string {
  return `${PREFIX}${String(i).padStart(size - PREFIX.length, '0')}`
}
