/** Messages that may be on their way where nothing else stops a sender, and how many of them are acknowledged at a time. */
export const WINDOW = 4096
export const ACKNOWLEDGED = 1024

/** Posts messages while the receiver's acknowledgements leave room. */
export class Credit {
  private left = WINDOW

  constructor(private readonly post: () => void) {}

  start(): void {
    for (; this.left > 0; this.left--) this.post()
  }

  acknowledged(): void {
    this.left += ACKNOWLEDGED
    this.start()
  }
}
