/** The watches of one priority that are to be looked at: woken, or found ready the last time. */
import { List } from '../list.js'
import type { Watch } from './watch.js'

export class Level {
  /** Taken from the front, so that none starves. */
  private hot = new List<Watch>()
  /** The other list: a look empties one and fills the other. */
  private spare = new List<Watch>()

  constructor(readonly priority: number) {}

  get any(): boolean {
    return this.hot.length > 0
  }

  /** The one to look at, where there are no others. A program that polls sees it without the lists' exchange. */
  get only(): Watch | null {
    return this.hot.length === 1 ? this.hot.items[0]! : null
  }

  push(watch: Watch): void {
    watch.listed = true
    this.hot.push(watch)
  }

  /** Those to look at; who is pushed meanwhile is for the next look. */
  take(): List<Watch> {
    const { hot } = this
    this.hot = this.spare
    this.spare = hot
    return hot
  }

  /** They were looked at. Who stood first is the last next time. */
  taken(hot: List<Watch>): void {
    hot.clear()
    this.hot.rotate()
  }
}
