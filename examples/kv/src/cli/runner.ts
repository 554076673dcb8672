/** Carries out one command, whoever asked: sends it and prints the answer, or listens and prints messages. */
import { ReplyError } from '../client/index.js'
import type { Output } from './output.js'
import type { Session } from './session.js'

export class Runner {
  constructor(
    private readonly session: Session,
    private readonly output: Output,
  ) {}

  /**
   * @param signal ends a subscription
   * @returns whether it went well: the answer is no error, and there was one
   */
  async run(words: readonly Uint8Array[], signal: AbortSignal): Promise<boolean> {
    const name = Buffer.from(words[0]!).toString().toLowerCase()
    try {
      if (name === 'subscribe' && words.length > 1) return await this.listen(words.slice(1), signal)
      const reply = await this.session.run(words)
      await this.output.answer(reply)
      return !(reply instanceof ReplyError)
    } catch (error) {
      this.output.complain(error)
      return false
    }
  }

  private async listen(words: readonly Uint8Array[], signal: AbortSignal): Promise<boolean> {
    const channels = words.map((word) => Buffer.from(word).toString())
    const bytes = (text: string) => Buffer.from(text)
    const show = (channel: string, message: Buffer) =>
      void this.output.answer([bytes('message'), bytes(channel), message])
    await this.session.listen(channels, show, signal)
    return true
  }
}
