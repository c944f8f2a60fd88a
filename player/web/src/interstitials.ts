/**
 * What is played in between: one asset after another, each a title of its own in a video over the other one. The
 * session says when, and is told when it is over.
 */
import type { InterstitialOutput } from './engine/messages'
import type { WasmSource } from './engine/wasm'

/** As much of a title as is needed here; `Playback` is one. */
export interface Title {
  readonly video: HTMLVideoElement
  load(address: string, startS: number | null, wasm: WasmSource): Promise<boolean>
  destroy(): void
}

/** What tells one playback from all others to servers of interstitials: drawn anew each time, of no viewer. */
export function playbackName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface Interlude {
  readonly id: string
  readonly skippable: boolean
  readonly video: HTMLVideoElement
}

export class Interstitials {
  private running: (Interlude & { title: Title; asset: number; playedS: number; playing: boolean }) | null = null

  constructor(
    private readonly main: HTMLVideoElement,
    /** A title for a video; calls back when it cannot be played. */
    private readonly open: (video: HTMLVideoElement, failed: () => void) => Title,
    private readonly over: (id: string, playedS: number) => void,
    /** Something changed that is seen: begun, paused, over. */
    private readonly changed: () => void,
  ) {}

  get current(): Interlude | null {
    return this.running
  }

  begin(wanted: InterstitialOutput, wasm: WasmSource): void {
    this.end()
    const playing = !this.main.paused || this.main.ended
    this.main.pause()
    const video = document.createElement('video')
    video.playsInline = true
    video.className = 'interlude'
    video.setAttribute('part', 'interlude')
    video.volume = this.main.volume
    video.muted = this.main.muted
    this.main.after(video)
    const title = this.open(video, () => next())
    const running = { id: wanted.id, skippable: wanted.skippable, video, title, asset: -1, playedS: 0, playing }
    this.running = running
    const limitS = wanted.limitUs < 0 ? Number.POSITIVE_INFINITY : wanted.limitUs / 1e6
    const next = () => {
      if (this.running !== running) return
      if (running.asset >= 0) running.playedS += video.currentTime || 0
      const asset = wanted.assets[++running.asset]
      if (!asset) {
        this.finish()
        return
      }
      void title.load(asset.url, null, wasm).then((ready) => {
        if (ready && this.running === running && running.playing) void video.play().catch(() => undefined)
      })
    }
    video.addEventListener('ended', next)
    video.addEventListener('timeupdate', () => {
      if (this.running === running && running.playedS + video.currentTime >= limitS) this.finish()
    })
    // What the viewer last wanted holds for the title too; at its end a video pauses by itself.
    video.addEventListener('play', () => (running.playing = true))
    video.addEventListener('pause', () => (running.playing &&= video.ended || video.error !== null || this.running !== running))
    for (const name of ['play', 'pause', 'playing']) video.addEventListener(name, () => this.changed())
    next()
    this.changed()
  }

  /** Leaves what is being played, where that is allowed. False where it is not. */
  skip(): boolean {
    if (this.running && !this.running.skippable) return false
    this.finish()
    return true
  }

  /** Ends it without a word: the title itself is given up. */
  end(): { playedS: number; playing: boolean; id: string } | null {
    const { running } = this
    if (!running) return null
    this.running = null
    const at = running.title.video.currentTime || 0
    const ended = { playedS: running.playedS + at, playing: running.playing, id: running.id }
    running.title.destroy()
    running.video.remove()
    this.main.volume = running.video.volume
    this.main.muted = running.video.muted
    return ended
  }

  private finish(): void {
    const last = this.running && this.running.asset >= 0 ? this.end() : null
    if (!last) return
    this.over(last.id, last.playedS)
    if (last.playing && !this.main.ended) void this.main.play().catch(() => undefined)
    this.changed()
  }
}
