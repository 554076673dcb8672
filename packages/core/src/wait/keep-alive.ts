/**
 * Keeps the process alive while somebody waits on a source that has no handle of the event loop (memory, a schedule): such a
 * wait looks idle to Node, which would exit in the middle of it.
 */

/** The longest time that a timer of Node takes. */
const FOREVER = 2 ** 31 - 1

let holds = 0
let timer: NodeJS.Timeout | null = null

function hold(): void {
  holds++
  if (holds === 1) timer = timer === null ? setInterval(() => {}, FOREVER) : timer.ref()
}

function letGo(): void {
  holds--
  if (holds === 0) timer!.unref()
}

/** What one source is watched for, as `Interest` bits; while that is anything, and it is `ref`ed, the process lives. */
export class KeepAlive {
  private interests = 0
  private referenced = true

  /** Call it in `arm`. */
  add(interest: number): void {
    this.change(this.interests | interest, this.referenced)
  }

  /** Call it in `disarm`, and before `wake`. @returns whether it was watched for */
  remove(interest: number): boolean {
    if ((this.interests & interest) === 0) return false
    this.change(this.interests & ~interest, this.referenced)
    return true
  }

  /** Call it when the source closes. */
  clear(): void {
    this.change(0, this.referenced)
  }

  ref(): void {
    this.change(this.interests, true)
  }

  unref(): void {
    this.change(this.interests, false)
  }

  private change(interests: number, referenced: boolean): void {
    const before = this.interests !== 0 && this.referenced
    const after = interests !== 0 && referenced
    this.interests = interests
    this.referenced = referenced
    if (after && !before) hold()
    else if (before && !after) letGo()
  }
}
