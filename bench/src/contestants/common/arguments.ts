const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}

export const number = (name: string, fallback: number): number => Number(argument(name) ?? fallback)

export const text = (name: string, fallback: string): string => argument(name) ?? fallback

export const flag = (name: string): boolean => process.argv.includes(`--${name}`)

/** Tells the runner where the other end finds this one: a URI, a port, or `@name` in the abstract namespace. */
export function announce(at: string | number): void {
  process.stdout.write(`${JSON.stringify({ at: String(at) })}\n`)
}

/** The port in what the other end announced, be it the bare port or a URI. */
export const portAt = (): number => Number(text('at', '').split(':').at(-1))
