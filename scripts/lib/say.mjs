// One short line a step, on stderr, with the seconds since the start: stdout belongs to what is run.

const started = performance.now()

export function say(text) {
  const seconds = (performance.now() - started) / 1000
  process.stderr.write(`${seconds.toFixed(1).padStart(6)}s  ${text}\n`)
}

/** A failure that its message explains in full: no stack trace is printed for it. */
export class Stop extends Error {}

/** Runs a script's body. Its result is the exit code; a Stop is printed and means 1. */
export async function main(body) {
  try {
    process.exitCode = (await body(process.argv.slice(2))) ?? 0
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    process.stderr.write(`\n${error.message}\n`)
    process.exitCode = 1
  }
}
