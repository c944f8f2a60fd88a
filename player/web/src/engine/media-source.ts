/** Adapts MediaSource (and ManagedMediaSource): opening, tracks, duration, end of stream. */
import { TrackBuffer } from './buffering'
import type { InputBody, LiveWindow, TrackKind } from './messages'

interface MediaSourceType {
  new (): MediaSource
  isTypeSupported(mime: string): boolean
  readonly canConstructInDedicatedWorker?: boolean
}

/** The browser's MediaSource, else ManagedMediaSource (iPhone), else null. */
export function mediaSourceType(): MediaSourceType | null {
  const scope = globalThis as { MediaSource?: MediaSourceType; ManagedMediaSource?: MediaSourceType }
  return scope.MediaSource ?? scope.ManagedMediaSource ?? null
}

/** What is asked of every browser before the session chooses among renditions. */
const ASKED = [
  'video/mp4; codecs="avc1.42C01E"', 'video/mp4; codecs="avc1.4D401F"', 'video/mp4; codecs="avc1.640028"',
  'video/mp4; codecs="avc1.640033"', 'video/mp4; codecs="hvc1.1.6.L123.B0"', 'video/mp4; codecs="av01.0.08M.08"',
  'video/mp4; codecs="vp09.00.40.08"', 'audio/mp4; codecs="mp4a.40.2"', 'audio/mp4; codecs="mp4a.40.5"',
  'audio/mp4; codecs="opus"', 'audio/mp4; codecs="flac"', 'audio/mp4; codecs="ac-3"', 'audio/mp4; codecs="ec-3"',
]

export function acceptedTypes(): string[] {
  const type = mediaSourceType()
  return type ? ASKED.filter((mime) => type.isTypeSupported(mime)) : []
}

/** One presentation's MediaSource. Works the same on the page and in a worker. */
export class MediaOutlet {
  readonly source: MediaSource
  private readonly tracks = new Map<TrackKind, TrackBuffer>()
  private readonly opened: Promise<void>
  private closed = false

  constructor(private readonly report: (input: InputBody) => void) {
    const type = mediaSourceType()
    if (!type) throw new Error('no MediaSource')
    this.source = new type()
    this.opened = new Promise((resolve) => this.source.addEventListener('sourceopen', () => resolve(), { once: true }))
  }

  /** Creates the SourceBuffers as soon as the source is open. What is queued meanwhile waits for them. */
  async setup(durationUs: number, wanted: readonly { track: TrackKind; mime: string }[]): Promise<void> {
    await this.opened
    if (this.closed || this.source.readyState === 'closed') return
    if (this.tracks.size === 0) this.source.duration = durationUs < 0 ? Number.POSITIVE_INFINITY : durationUs / 1e6
    for (const { track, mime } of wanted) {
      if (this.tracks.has(track) || track === 'text') continue
      this.tracks.set(track, new TrackBuffer(track, this.source, this.source.addSourceBuffer(mime), this.report))
    }
  }

  track(track: TrackKind): TrackBuffer | undefined {
    return this.tracks.get(track)
  }

  /** Follows what can be watched of a live presentation, and its end. */
  window({ startUs, endUs, live }: LiveWindow): void {
    if (this.closed || this.source.readyState !== 'open') return
    if (live) this.source.setLiveSeekableRange?.(Math.max(0, startUs / 1e6), Math.max(0, endUs / 1e6))
    else this.source.clearLiveSeekableRange?.()
  }

  async end(): Promise<void> {
    await Promise.all([...this.tracks.values()].map((track) => track.settled()))
    if (!this.closed && this.source.readyState === 'open') this.source.endOfStream()
  }

  destroy(): void {
    this.closed = true
    for (const track of this.tracks.values()) track.close()
    for (const buffer of [...this.source.sourceBuffers]) {
      try {
        this.source.removeSourceBuffer(buffer)
      } catch {
        // The element has already let go of this source, and with it of the buffer.
      }
    }
    this.tracks.clear()
  }
}
