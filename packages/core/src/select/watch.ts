/** Members of a selector, and what each is watched for. */
import type { Selectable, Waiter } from '../source.js'
import type { Level } from './level.js'

export class Member {
  readonly watches: Watch[] = []
  /** The look that found it ready last: it stands in an answer once, even if it is watched for two things. */
  foundBy = 0

  constructor(readonly source: Selectable) {}
}

/**
 * Looks of a program that polls for which a member that was ready lately is asked and not watched. Watching it costs the other end a
 * wake-up each time, a system call on most transports, for somebody who is awake anyway.
 */
const PATIENCE = 1000

/** The waiter that the source keeps. */
export class Watch implements Waiter {
  /** Stands in its level's list of those to look at. */
  listed = false
  gone = false
  /** The last look asked the source and did not watch it. */
  asked = false
  /** So many looks it may be asked yet, before it is watched. */
  private patience = 0

  constructor(
    readonly member: Member,
    readonly interest: number,
    readonly level: Level,
    private readonly selector: { woke(watch: Watch): void },
  ) {}

  notify(): void {
    this.selector.woke(this)
  }

  /**
   * Does it hold? If not, the source tells when it may, unless it was only `asked`.
   * @param polls others look soon
   */
  look(polls: boolean): boolean {
    this.asked = polls && this.patient
    if (this.asked) return this.ask()
    const holds = this.member.source.watch(this.interest, this)
    if (holds) this.patience = PATIENCE
    return holds
  }

  /** May it be asked, and not watched, by whoever looks again soon? */
  get patient(): boolean {
    return this.patience > 0 && !this.gone
  }

  /** Does it hold? Nothing tells when it will. */
  ask(): boolean {
    const { source } = this.member
    const holds = source.closed || source.ready(this.interest)
    if (holds) this.patience = PATIENCE
    else this.patience--
    return holds
  }

  /** Watches no more; a list that it stands in passes it over. */
  end(): void {
    this.gone = true
    if (!this.listed) this.member.source.unwatch(this.interest, this)
  }
}
