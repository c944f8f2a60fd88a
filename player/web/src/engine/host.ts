/**
 * The only loop: inputs go into the session, outputs are carried out, until the session says when to wake it.
 *
 * It runs in a worker or on the page and knows no DOM.
 */
import { playable } from './capabilities'
import { CORE, SOURCE_BUFFER, SUBTITLE_FILE } from '../errors'
import { Fetcher } from './fetching'
import { MediaOutlet } from './media-source'
import type { Input, InputBody, Output, TextDocument } from './messages'
import { Modules } from './modules'
import { SCRIPT_BYTES, TooLarge, wholeBody } from './sizes'
import { readSubtitles } from './subtitle-files'
import type { WasmSource } from './wasm'

/** The player as a state machine; `WholeSession` is the one that viewers run. */
export interface SessionLike {
  handle(input: Input): void
  poll(): Output | null
  free(): void
  /** Set by the host; outputs are there without an input. */
  onReady: () => void
  /** Set by the host; it cannot go on. */
  onFailure: (reason: unknown) => void
}

/** Longest sleep that setTimeout keeps without wrapping round. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1
/** A script that takes longer is done without; plain subtitles are there all the while. */
const SCRIPT_PATIENCE_MS = 60_000

export class Host {
  readonly outlet: MediaOutlet
  private readonly fetcher: Fetcher
  private readonly modules: Modules
  private readonly waiting: InputBody[] = []
  private draining = false
  private destroyed = false
  private alarm: ReturnType<typeof setTimeout> | undefined
  /** Work on SourceBuffers waits for their creation, in order. */
  private media: Promise<void> = Promise.resolve()

  constructor(
    private readonly session: SessionLike,
    private readonly emit: (output: Output) => void,
    core: WasmSource,
  ) {
    this.modules = new Modules(core)
    session.onReady = () => this.drain()
    session.onFailure = (reason) => {
      emit({ t: 'error', code: CORE, category: 'platform', severity: 'fatal', data: String(reason) })
    }
    this.fetcher = new Fetcher((input) => this.feed(input), this.modules, (id, document) => {
      this.emit({ t: 'documents', id, documents: [document] })
    })
    this.outlet = new MediaOutlet((input) => {
      if (input.t === 'appended') this.fetcher.settle(input.id)
      this.feed(input)
    })
  }

  /** Gives the session one input, then does everything that it asks for. */
  feed(input: InputBody): void {
    if (this.destroyed) return
    this.waiting.push(input)
    this.drain()
  }

  /** Reads a whole script that lies beside the media, of which the session knows nothing. */
  async readScript(id: string, url: string): Promise<void> {
    let documents: TextDocument[] | null = null
    let why = ''
    try {
      const response = await fetch(url, { credentials: 'omit', signal: AbortSignal.timeout(SCRIPT_PATIENCE_MS) })
      if (!response.ok) throw new Error(`HTTP status ${response.status}`)
      const body = await wholeBody(response, SCRIPT_BYTES)
      documents = readSubtitles(await this.modules.get('subtitles'), 0, new Uint8Array(0), body, 'ass')
      if (!documents?.some((one) => one.cues.length > 0)) throw new Error('a script without a line that can be read')
    } catch (reason) {
      documents = null
      why = reason instanceof TooLarge ? 'a script that is larger than any may be' : String(reason)
    }
    if (!this.destroyed) this.emit({ t: 'script', id, documents, why })
  }

  private drain(): void {
    if (this.draining || this.destroyed) return
    this.draining = true
    try {
      for (;;) {
        for (let output = this.session.poll(); output; output = this.session.poll()) this.carryOut(output)
        const next = this.waiting.shift()
        if (!next) return
        this.session.handle({ ...next, now: now() })
      }
    } finally {
      this.draining = false
    }
  }

  destroy(): void {
    this.destroyed = true
    clearTimeout(this.alarm)
    this.fetcher.destroy()
    this.outlet.destroy()
    this.session.free()
  }

  private carryOut(output: Output): void {
    switch (output.t) {
      case 'wake':
        this.sleepUntil(output.atUs)
        return
      case 'probe':
        void playable(output.mimes).then((mimes) => this.feed({ t: 'supported', mimes }))
        return
      case 'fetch':
        // MediaKeys is on the page only.
        if (output.kind === 'licence' || output.kind === 'certificate') this.emit(output)
        else this.fetcher.start(output)
        return
      case 'abort':
        this.fetcher.abort(output.id)
        this.emit(output)
        return
      case 'setup':
        this.emit(output)
        this.later(() => this.outlet.setup(output.durationUs, output.tracks))
        return
      case 'append': {
        const body = this.fetcher.claim(output.id, output.offsetUs)
        if (!body) return
        this.later(() => {
          const { id, offsetUs, fromUs, untilUs } = output
          this.outlet.track(output.track)?.push({ what: 'append', id, body, offsetUs, fromUs, untilUs })
        })
        return
      }
      case 'changeType':
        this.later(() => this.outlet.track(output.track)?.push({ what: 'changeType', mime: output.mime }))
        return
      case 'remove':
        this.later(() => {
          const { startUs, endUs } = output
          this.outlet.track(output.track)?.push({ what: 'remove', startUs, endUs })
        })
        return
      case 'eos':
        this.later(() => this.outlet.end())
        return
      case 'subtitles':
        void this.readSubtitles(output)
        return
      case 'window':
        this.later(() => this.outlet.window(output))
        this.emit(output)
        return
      default:
        this.emit(output)
    }
  }

  private later(work: () => void | Promise<void>): void {
    this.media = this.media.then(() => (this.destroyed ? undefined : work())).catch((reason: unknown) => {
      this.emit({ t: 'error', code: SOURCE_BUFFER, category: 'media', severity: 'fatal', data: String(reason) })
    })
  }

  private async readSubtitles({ id, offsetUs, init, body }: Extract<Output, { t: 'subtitles' }>): Promise<void> {
    try {
      const documents = readSubtitles(await this.modules.get('subtitles'), offsetUs, init, body)
      if (!documents) throw new Error('a subtitle file of no known format')
      if (!this.destroyed) this.emit({ t: 'documents', id, documents })
    } catch (reason) {
      this.emit({ t: 'error', code: SUBTITLE_FILE, category: 'media', severity: 'recoverable', data: String(reason) })
    }
  }

  private sleepUntil(atUs: number): void {
    clearTimeout(this.alarm)
    if (atUs < 0 || !Number.isFinite(atUs)) return
    const ms = Math.min(Math.max(0, Math.ceil((atUs - now()) / 1000)), LONGEST_SLEEP_MS)
    this.alarm = setTimeout(() => this.feed({ t: 'tick' }), ms)
  }
}

/** Microseconds since this worker or page began. */
function now(): number {
  return Math.round(performance.now() * 1000)
}
