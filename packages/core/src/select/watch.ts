/** Members of a selector, and what each is watched for. */
import type { Selectable, Waiter } from '../source.js'
import type { Level } from './level.js'

export class Member {
  readonly watches: Watch[] = []
  /** The look that found it ready last: it stands in an answer once, even if it is watched for two things. */
  foundBy = 0

  constructor(readonly source: Selectable) {}
}

/** The waiter that the source keeps. */
export class Watch implements Waiter {
  /** Stands in its level's list of those to look at. */
  listed = false
  gone = false

  constructor(
    readonly member: Member,
    readonly interest: number,
    readonly level: Level,
    private readonly selector: { woke(watch: Watch): void },
  ) {}

  notify(): void {
    this.selector.woke(this)
  }

  /** Does it hold? If not, the source tells when it may. */
  look(): boolean {
    return this.member.source.watch(this.interest, this)
  }

  /** Watches no more; a list that it stands in passes it over. */
  end(): void {
    this.gone = true
    if (!this.listed) this.member.source.unwatch(this.interest, this)
  }
}
