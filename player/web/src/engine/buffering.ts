/** Adapts SourceBuffer: one queue a track, because a SourceBuffer does one thing at a time. */
import type { Body } from './fetching'
import type { AppendError, InputBody, TrackKind } from './messages'

const REPORT_EVERY_MS = 200

/** Where a body belongs: what is added to its times, and the stretch outside of which nothing is kept. */
interface Place {
  offsetUs: number
  fromUs: number
  /** Negative where there is no end. */
  untilUs: number
}

type Job =
  | ({ what: 'append'; id: number; body: Body } & Place)
  | { what: 'changeType'; mime: string }
  | { what: 'remove'; startUs: number; endUs: number }

export class TrackBuffer {
  private readonly jobs: Job[] = []
  private working = false
  private closed = false
  private idle: (() => void)[] = []

  constructor(
    private readonly track: TrackKind,
    private readonly source: MediaSource,
    private readonly buffer: SourceBuffer,
    private readonly report: (input: InputBody) => void,
  ) {}

  push(job: Job): void {
    if (this.closed) return
    this.jobs.push(job)
    if (!this.working) void this.work()
  }

  /** Resolves when nothing is queued. */
  settled(): Promise<void> {
    return this.working ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve()
  }

  close(): void {
    this.closed = true
    this.jobs.length = 0
  }

  private async work(): Promise<void> {
    this.working = true
    for (let job = this.jobs.shift(); job && !this.closed; job = this.jobs.shift()) {
      if (job.what === 'append') await this.append(job.id, job.body, job)
      else if (job.what === 'remove') await this.remove(job.startUs, job.endUs)
      else this.change(job.mime)
    }
    this.working = false
    for (const resolve of this.idle.splice(0)) resolve()
  }

  private async append(id: number, body: Body, place: Place): Promise<void> {
    let error: AppendError | null = null
    let first = true
    let reported = performance.now()
    for (;;) {
      const bytes = await body.read()
      if (this.closed) return
      if (bytes === null) break
      if (bytes === 'failed') {
        // The request's own failure is reported where it happened; here only half a segment is left over.
        if (!first) this.forgetHalfSegment()
        this.reportRanges()
        return
      }
      error = await this.appendBytes(bytes, first ? place : null)
      if (error) break
      first = false
      if (performance.now() - reported > REPORT_EVERY_MS) {
        reported = performance.now()
        this.reportRanges()
      }
    }
    if (this.closed) return
    if (error) this.forgetHalfSegment()
    this.reportRanges()
    const appended = { t: 'appended', id, track: this.track } as const
    this.report(error ? { ...appended, error } : appended)
  }

  private async appendBytes(bytes: Uint8Array<ArrayBuffer>, place: Place | null): Promise<AppendError | null> {
    try {
      if (place) this.put(place)
      this.buffer.appendBuffer(bytes)
    } catch (reason) {
      if (reason instanceof DOMException && reason.name === 'QuotaExceededError') return 'quota'
      return this.source.readyState === 'closed' ? 'closed' : 'decode'
    }
    return (await this.updated()) ? null : 'decode'
  }

  private put({ offsetUs, fromUs, untilUs }: Place): void {
    const { buffer } = this
    if (Math.abs(buffer.timestampOffset * 1e6 - offsetUs) > 0.5) buffer.timestampOffset = offsetUs / 1e6
    const from = Math.max(0, fromUs / 1e6)
    const until = untilUs < 0 ? Number.POSITIVE_INFINITY : untilUs / 1e6
    if (buffer.appendWindowStart === from && buffer.appendWindowEnd === until) return
    // The start must lie before the end at every moment.
    buffer.appendWindowStart = 0
    buffer.appendWindowEnd = until
    buffer.appendWindowStart = from
  }

  private async remove(startUs: number, endUs: number): Promise<void> {
    try {
      this.buffer.remove(startUs / 1e6, endUs < 0 ? Number.POSITIVE_INFINITY : endUs / 1e6)
      await this.updated()
    } catch {
      // The source was closed or the range is empty: there is nothing to remove, which is what was asked.
    }
    this.reportRanges()
    this.report({ t: 'removed', track: this.track })
  }

  private change(mime: string): void {
    try {
      this.buffer.changeType(mime)
    } catch {
      this.report({ t: 'appended', id: -1, track: this.track, error: 'decode' })
    }
  }

  private updated(): Promise<boolean> {
    if (!this.buffer.updating) return Promise.resolve(true)
    return new Promise((resolve) => {
      const finish = (fine: boolean) => () => {
        this.buffer.removeEventListener('update', good)
        this.buffer.removeEventListener('error', bad)
        this.buffer.removeEventListener('abort', bad)
        resolve(fine)
      }
      const good = finish(true)
      const bad = finish(false)
      this.buffer.addEventListener('update', good)
      this.buffer.addEventListener('error', bad)
      this.buffer.addEventListener('abort', bad)
    })
  }

  /** Resets the parser, so that the next segment starts clean. */
  private forgetHalfSegment(): void {
    if (this.source.readyState === 'open') this.buffer.abort()
  }

  private reportRanges(): void {
    const ranges: number[] = []
    try {
      const held = this.buffer.buffered
      for (let i = 0; i < held.length; i++) {
        ranges.push(Math.round(held.start(i) * 1e6), Math.round(held.end(i) * 1e6))
      }
    } catch {
      // A SourceBuffer taken off its source holds nothing.
    }
    this.report({ t: 'buffered', track: this.track, ranges })
  }
}
