/** Adapts fetch(): streams bodies, aborts, notices silence, and never sends credentials. */
import { KeyRing, Undecryptable } from './decrypt'
import { Captioner, Converter, spokenInside, type Converted, type Segment, type SpokenPicture } from './extras'
import { mediaSourceType } from './media-source'
import type { FailReason, FetchKind, FetchOutput, InputBody, TextDocument } from './messages'
import type { Module, Modules } from './modules'
import { checkSize, checkStated, TooLarge } from './sizes'

/** Kinds whose bytes the session itself reads; keys stay with the host, the others go to a SourceBuffer. */
const READ_BY_SESSION: ReadonlySet<FetchKind> = new Set<FetchKind>([
  'manifest', 'playlist', 'text', 'sidecar', 'data', 'index', 'clock', 'clockHead', 'steering',
])
/** Progress reports are at least this far apart, so that a fast network does not flood the session. */
const PROGRESS_EVERY_MS = 60
/** A server may ask for a pause up to this long; more would leave the viewer before a still picture for ever. */
const LONGEST_RETRY_AFTER_S = 60

/** The bytes of one response, as they come. One reader; it may start before the first byte or after the last. */
export class Body {
  private chunks: Uint8Array[] = []
  private state: 'open' | 'ended' | 'failed' = 'open'
  private wake: (() => void) | null = null

  push(chunk: Uint8Array): void {
    this.chunks.push(chunk)
    this.wake?.()
  }

  /** The rest is not wanted any more, whether it has come or not. */
  cancel(): void {
    this.state = 'failed'
    this.wake?.()
  }

  finish(state: 'ended' | 'failed'): void {
    if (this.state === 'open') this.state = state
    this.wake?.()
  }

  /** All bytes that have come since the last read, joined; null at the end; 'failed' when the rest will not come. */
  async read(): Promise<Uint8Array<ArrayBuffer> | null | 'failed'> {
    while (this.state === 'open' && this.chunks.length === 0) {
      await new Promise<void>((resolve) => (this.wake = resolve))
      this.wake = null
    }
    if (this.state === 'failed') return 'failed'
    return this.chunks.length > 0 ? this.take() : null
  }

  /** Every byte held now, as one array. */
  take(): Uint8Array<ArrayBuffer> {
    const all = joined(this.chunks)
    this.chunks = []
    return all
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

interface Running {
  body: Body
  controller: AbortController
  why: FailReason | null
  /** What it is converted to has begun. */
  begun: boolean
  captions: SpokenPicture[]
}

export class Fetcher {
  private readonly running = new Map<number, Running>()
  /** Bodies outlive their request until a SourceBuffer has taken them. */
  private readonly bodies = new Map<number, Body>()
  /** Those that a SourceBuffer's queue has, in case they are given up while they wait there. */
  private readonly claimed = new Map<number, Body>()
  private readonly keys = new KeyRing()
  private converter: Converter | null = null
  private captioner: Captioner | null = null
  /** The video's initialization section, where captions are looked for in fragments. */
  private init: Promise<Uint8Array> = Promise.resolve(new Uint8Array(0))
  /** Where captions come from: their segment's place on the time line, and the pictures that have some. */
  private readonly spoken = new Map<number, { offsetUs?: number; pictures?: SpokenPicture[] }>()

  constructor(
    private readonly report: (input: InputBody) => void,
    private readonly modules: Modules,
    private readonly tell: (channel: string, document: TextDocument) => void,
  ) {}

  start(request: FetchOutput): void {
    const entry: Running = { body: new Body(), controller: new AbortController(), why: null, begun: false, captions: [] }
    this.running.set(request.id, entry)
    if (isMedia(request)) this.bodies.set(request.id, entry.body)
    if (request.captions && request.kind === 'segment') this.spoken.set(request.id, {})
    const done = this.run(request, entry)
    // A segment may come before the section that it needs.
    if (request.captions && request.kind === 'init') this.init = done
  }

  /** The body of a request, which is appended with this offset; the caller becomes its reader. */
  claim(id: number, offsetUs: number): Body | undefined {
    const body = this.bodies.get(id)
    const spoken = this.spoken.get(id)
    if (spoken) {
      spoken.offsetUs = offsetUs
      this.speak(id)
    }
    this.bodies.delete(id)
    if (body) this.claimed.set(id, body)
    return body
  }

  /** A claimed body has been read to its end, or nobody will. */
  settle(id: number): void {
    this.claimed.delete(id)
  }

  abort(id: number): void {
    const entry = this.running.get(id)
    if (entry) {
      entry.why = 'aborted'
      entry.controller.abort()
    } else {
      ;(this.bodies.get(id) ?? this.claimed.get(id))?.cancel()
    }
    this.bodies.delete(id)
    this.spoken.delete(id)
    this.claimed.delete(id)
  }

  destroy(): void {
    for (const id of [...this.running.keys()]) this.abort(id)
    this.bodies.clear()
    this.spoken.clear()
    this.claimed.clear()
    this.keys.clear()
  }

  /** Resolves to what was kept of the body. */
  private async run(request: FetchOutput, entry: Running): Promise<Uint8Array> {
    const { id } = request
    const { init } = this
    const media: Uint8Array[] = []
    let status = 0
    let bytes = 0
    let seen = new Uint8Array(0)
    const silence = () => {
      entry.why ??= 'timeout'
      entry.controller.abort()
    }
    let alarm = setTimeout(silence, request.timeoutUs / 1000)
    // Loaded while the answer is on its way.
    const extras = request.convert || this.spoken.has(id) ? this.modules.get('extras') : null
    extras?.catch(() => undefined)
    try {
      const response = await fetch(request.url, options(request, entry.controller.signal))
      status = response.status
      if (!response.ok) {
        void response.body?.cancel()
        this.fail(id, entry, status, status === 401 || status === 403 || status === 410 ? 'expired' : 'http', retryAfter(response))
        return new Uint8Array(0)
      }
      this.report({ t: 'response', id, status, url: response.url || request.url })
      if (request.kind === 'clockHead') entry.body.push(new TextEncoder().encode(response.headers.get('Date') ?? ''))
      checkStated(request.kind, response)
      let reported = performance.now()
      const decryption = request.cipher && request.kind !== 'key' ? this.keys.open(request.cipher) : null
      let segment: Segment | null = null
      const take = async (clear: Uint8Array) => {
        if (clear.length === 0) return
        if (request.convert) {
          segment ??= this.convert(request, await extras!)
          for await (const converted of segment.push(clear)) this.pass(request, entry, converted)
          if (entry.why) throw new Error(entry.why)
          return
        }
        entry.body.push(clear)
        if (request.captions) media.push(clear)
        if (request.read) {
          seen = joined([seen, clear])
          // Told until the session knows where it belongs, which it says by appending it.
          if (request.kind === 'segment' && this.bodies.has(id)) this.report({ t: 'head', id, bytes: seen })
          else if (request.kind === 'segment') request.read = false
        }
      }
      const reader = response.body?.getReader()
      while (reader) {
        const { done, value } = await reader.read()
        if (done) break
        clearTimeout(alarm)
        alarm = setTimeout(silence, request.timeoutUs / 1000)
        bytes += value.length
        checkSize(request.kind, bytes)
        await take(decryption ? await decryption.push(value) : value)
        if (performance.now() - reported >= PROGRESS_EVERY_MS) {
          reported = performance.now()
          this.report({ t: 'progress', id, bytes })
        }
      }
      if (decryption) await take(await decryption.finish())
      if (segment) this.finish(request, entry, segment)
      if (request.kind === 'segment' && media.length > 0) this.hear(id, spokenInside(await extras!, await init, joined(media)))
      if (request.kind === 'key' && request.cipher) await this.keys.put(request.cipher.key, entry.body.take())
      // Given up while it was being decrypted: the session has forgotten it.
      if (entry.why) throw new Error(entry.why)
      this.running.delete(id)
      if (READ_BY_SESSION.has(request.kind)) this.report({ t: 'done', id, bytes, body: entry.body.take() })
      else if (request.read && request.kind === 'init') this.report({ t: 'done', id, bytes, body: seen })
      else this.report({ t: 'done', id, bytes })
      entry.body.finish('ended')
    } catch (reason) {
      // A rejected fetch says nothing more than that: the network, or one of our own aborts.
      const why = reason instanceof Undecryptable ? 'decrypt' : reason instanceof TooLarge ? 'tooLarge' : 'network'
      entry.controller.abort()
      this.fail(id, entry, status, entry.why ?? why)
    } finally {
      clearTimeout(alarm)
    }
    return joined(media)
  }

  private convert(request: FetchOutput, extras: Module): Segment {
    this.converter ??= new Converter(extras)
    return this.converter.begin(request.track ?? 'video', request.convert ?? { video: true, audio: true, nearUs: null })
  }

  /** What came out of a piece of a segment goes where its bytes would have gone. */
  private pass(request: FetchOutput, entry: Running, { begins, bytes, captions }: Converted): void {
    for (const piece of bytes) entry.body.push(piece)
    if (captions.length > 0) entry.captions.push(...captions)
    if (begins && !entry.begun) {
      entry.begun = true
      const { mime, startUs } = begins
      const playable = mediaSourceType()?.isTypeSupported(mime) ?? false
      this.report({ t: 'media', id: request.id, mime, playable, startUs })
    }
  }

  private finish(request: FetchOutput, entry: Running, segment: Segment): void {
    this.pass(request, entry, segment.finish())
    if (!entry.begun && !segment.plausible) {
      this.report({ t: 'media', id: request.id, mime: '', playable: false, startUs: 0 })
    }
    this.hear(request.id, entry.captions)
  }

  private hear(id: number, pictures: SpokenPicture[]): void {
    const spoken = this.spoken.get(id)
    if (!spoken) return
    spoken.pictures = pictures
    this.speak(id)
  }

  /** Captions become cues when both they and their place are known. */
  private speak(id: number): void {
    const { offsetUs, pictures } = this.spoken.get(id) ?? {}
    if (offsetUs === undefined || !pictures) return
    this.spoken.delete(id)
    void this.modules.get('extras').then((extras) => {
      this.captioner ??= new Captioner(extras)
      for (const [channel, document] of Object.entries(this.captioner.hear(pictures, offsetUs))) this.tell(channel, document)
    })
  }

  private fail(id: number, entry: Running, status: number, reason: FailReason, retryAfterUs?: number): void {
    this.running.delete(id)
    this.bodies.delete(id)
    this.spoken.delete(id)
    this.claimed.delete(id)
    entry.body.finish('failed')
    const failed = { t: 'failed', id, status, reason } as const
    this.report(retryAfterUs === undefined ? failed : { ...failed, retryAfterUs })
  }
}

/** Whether the body goes to a SourceBuffer. */
function isMedia(request: FetchOutput): boolean {
  return !READ_BY_SESSION.has(request.kind) && request.kind !== 'key'
}

function options(request: FetchOutput, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = {}
  if (request.rangeStart >= 0) {
    headers['Range'] = `bytes=${request.rangeStart}-${request.rangeEnd >= 0 ? request.rangeEnd : ''}`
  }
  const init: RequestInit & { priority?: string } = { credentials: 'omit', mode: 'cors', headers, signal }
  if (request.noStore) init.cache = 'no-store'
  if (request.kind === 'clockHead') init.method = 'HEAD'
  // A clock that a cache answers is wrong.
  if (request.kind === 'clock' || request.kind === 'clockHead') init.cache = 'no-store'
  init.priority = (['high', 'auto', 'low'] as const)[request.priority]
  return init
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(Math.min(seconds, LONGEST_RETRY_AFTER_S) * 1e6) : undefined
}
