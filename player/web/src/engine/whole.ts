/**
 * A session that begins with the core's first part while the rest is still on its way (`player/split/README.md`).
 *
 * What needs the rest before it is there ends in a trap, and leaves the session half done. Nothing is lost: the core
 * is a pure function of its inputs, so the same inputs are given to a new instance that has both parts, and only what
 * had not been said yet is passed on. Until then the session is silent, and keeps what comes in.
 */
import type { Session } from './abi'
import type { SessionLike } from './host'
import type { Input, Output } from './messages'

export class WholeSession implements SessionLike {
  /** Outputs are there without an input. */
  onReady: () => void = () => undefined
  /** The rest did not come, and nothing goes on without it. */
  onFailure: (reason: unknown) => void = () => undefined
  /** Inputs so far; null once both parts are there. */
  private log: Input[] | null = []
  /** Outputs since the last input that was handled. */
  private told = 0
  /** The input that needs the rest, as a place in the log. */
  private stopped: number | null = null
  private failure: { reason: unknown } | null = null
  private freed = false
  /** Inputs that came while it was stopped. */
  private readonly late: Input[] = []

  constructor(
    private readonly begin: () => Promise<Session>,
    private session: Session,
    rest: Promise<WebAssembly.Module>,
  ) {
    rest.then((module) => this.complete(module)).catch((reason: unknown) => this.fail(reason))
  }

  handle(input: Input): void {
    this.log?.push(input)
    if (this.stopped !== null) return
    this.told = 0
    this.attempt(() => this.session.handle(input))
  }

  poll(): Output | null {
    if (this.stopped !== null) return null
    for (;;) {
      const output = this.attempt(() => this.session.poll()) ?? null
      if (output) {
        this.told += 1
        return output
      }
      const next = this.late.shift()
      if (!next) return null
      this.session.handle(next)
    }
  }

  free(): void {
    this.freed = true
    // Before the rest is there, freeing could need it; the memory goes with the instance.
    if (this.log === null) this.session.free()
  }

  private attempt<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (reason) {
      if (!(reason instanceof WebAssembly.RuntimeError) || !this.log) throw reason
      this.stopped = this.log.length - 1
      // Told once: nothing comes after it.
      if (this.failure) this.onFailure(this.failure.reason)
      return undefined
    }
  }

  private async complete(rest: WebAssembly.Module): Promise<void> {
    if (this.stopped === null) {
      this.session.add(rest)
    } else {
      const whole = await this.begin()
      whole.add(rest)
      this.replay(whole)
    }
    this.log = null
    if (!this.freed) this.onReady()
  }

  /** Brings a new session to where this one stopped, in the middle of an input's outputs. */
  private replay(whole: Session): void {
    const log = this.log ?? []
    const stopped = this.stopped ?? 0
    for (const input of log.slice(0, stopped)) {
      whole.handle(input)
      while (whole.poll());
    }
    const last = log[stopped]
    if (last) whole.handle(last)
    for (let told = 0; told < this.told; told++) whole.poll()
    this.late.push(...log.slice(stopped + 1))
    this.session = whole
    this.stopped = null
  }

  private fail(reason: unknown): void {
    this.failure = { reason }
    if (this.stopped !== null && !this.freed) this.onFailure(reason)
  }
}
