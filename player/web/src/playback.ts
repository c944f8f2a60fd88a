/**
 * One title being played: the video element, the engine behind it, and what both have said so far.
 *
 * It knows no buttons. The element forwards its public interface to it; the interface (ui/) reads it.
 */
import { startEngine, type Engine } from './engine/engine'
import { acceptedTypes, mediaSourceType } from './engine/media-source'
import type { AudioChoice, ErrorCategory, InputBody, Output, Quality, TextChoice, Wishes } from './engine/messages'
import type { WasmSource } from './engine/wasm'
import { readPreferences, writePreferences } from './preferences'
import { readSidecar, type Sidecar } from './sidecar'
import { SubtitleTrack } from './subtitles'

export interface PlayerError {
  code: number
  category: ErrorCategory
  severity: 'fatal' | 'recoverable'
  data: string
}
export interface CurrentQuality {
  id: string
  auto: boolean
  reason: string
  height: number
  bitrate: number
}
export interface Statistics {
  throughputBps: number
  bufferUs: number
  rungId: string
  reason: string
  switches: number
  stalls: number
  decoded: number
  dropped: number
  place: 'worker' | 'page' | 'native' | null
}

/** What changed; the element turns some of these into public events. */
export type Topic = 'tracks' | 'quality' | 'track' | 'sidecar' | 'stats' | 'error' | 'expired' | 'source' | 'recovered'

const PLAYHEAD_EVENTS = ['play', 'playing', 'pause', 'waiting', 'seeking', 'seeked', 'ratechange', 'timeupdate', 'ended'] as const
/** The session hears at least this often where the playhead is while it moves. */
const PLAYHEAD_EVERY_MS = 250
const NOTHING: Statistics = {
  throughputBps: 0, bufferUs: 0, rungId: '', reason: '', switches: 0, stalls: 0, decoded: 0, dropped: 0, place: null,
}

export class Playback {
  readonly preferences = readPreferences()
  readonly subtitles: SubtitleTrack
  qualities: Quality[] = []
  audio: AudioChoice[] = []
  text: TextChoice[] = []
  quality: CurrentQuality | null = null
  /** What the viewer asked for: 'auto' or a rung's id. */
  chosenQuality = 'auto'
  sidecar: Sidecar | null = null
  stats: Statistics = NOTHING
  error: PlayerError | null = null
  /** The token ran out and no new address has come yet. */
  expired = false
  private engine: Engine | null = null
  private address = ''
  private startUs = -1
  private wasm: WasmSource = ''
  private generation = 0
  private timer: ReturnType<typeof setInterval> | undefined
  private readonly cleanup = new AbortController()

  constructor(
    readonly video: HTMLVideoElement,
    private readonly notify: (topic: Topic, detail?: unknown) => void,
  ) {
    this.subtitles = new SubtitleTrack(video)
    video.volume = this.preferences.volume
    video.muted = this.preferences.muted
    const { signal } = this.cleanup
    for (const name of PLAYHEAD_EVENTS) video.addEventListener(name, () => this.tellPlayhead(), { signal })
    video.addEventListener('volumechange', () => this.remember({ volume: video.volume, muted: video.muted }), { signal })
    video.addEventListener('error', () => this.nativeError(), { signal })
    addEventListener('online', () => this.send({ t: 'online', online: true }), { signal })
    addEventListener('offline', () => this.send({ t: 'online', online: false }), { signal })
  }

  get place(): Statistics['place'] {
    return this.stats.place
  }

  /** Loads a title from its manifest. A second call replaces the first. */
  async load(address: string, startS: number | null, wasm: WasmSource): Promise<void> {
    this.unload()
    const generation = this.generation
    this.address = new URL(address, document.baseURI).href
    this.startUs = startS !== null && startS > 0 ? Math.round(startS * 1e6) : -1
    this.wasm = wasm
    this.notify('source')
    if (!mediaSourceType()) {
      this.playNatively()
      return
    }
    try {
      const engine = await startEngine(this.video, wasm, (output) => {
        if (generation === this.generation) this.take(output)
      })
      if (generation !== this.generation) {
        engine.destroy()
        return
      }
      this.engine = engine
      this.stats = { ...this.stats, place: engine.place }
    } catch (reason) {
      if (generation === this.generation) this.fail({ code: 5001, category: 'platform', severity: 'fatal', data: String(reason) })
      return
    }
    this.send({ t: 'open', url: this.address, startUs: this.startUs, caps: { mime: acceptedTypes() }, prefs: this.wishes() })
    this.timer = setInterval(() => this.everySoOften(), PLAYHEAD_EVERY_MS)
  }

  /** Gives engine, worker and buffers back; the element can load again. */
  unload(): void {
    this.generation++
    clearInterval(this.timer)
    this.engine?.destroy()
    this.engine = null
    if (this.stats.place === 'native') {
      this.video.removeAttribute('src')
      this.video.load()
    }
    this.subtitles.clear()
    this.qualities = []
    this.audio = []
    this.text = []
    this.quality = null
    this.chosenQuality = 'auto'
    this.sidecar = null
    this.stats = NOTHING
    this.error = null
    this.expired = false
  }

  destroy(): void {
    this.unload()
    this.cleanup.abort()
  }

  seek(seconds: number): void {
    const end = Number.isFinite(this.video.duration) ? this.video.duration : Number.POSITIVE_INFINITY
    const target = Math.max(0, Math.min(seconds, end))
    this.send({ t: 'seek', positionUs: Math.round(target * 1e6) })
    this.video.currentTime = target
  }

  chooseQuality(id: string): void {
    this.chosenQuality = id
    const rung = this.qualities.find((one) => one.id === id)
    this.remember({ quality: rung ? rung.height : 'auto' })
    this.send({ t: 'choose', what: 'quality', id })
    this.notify('quality')
  }

  chooseAudio(id: string): void {
    const choice = this.audio.find((one) => one.id === id)
    if (!choice) return
    this.remember({ audioLanguage: choice.language })
    this.send({ t: 'choose', what: 'audio', id })
  }

  chooseText(id: string | null): void {
    this.remember({ textLanguage: this.text.find((one) => one.id === id)?.language ?? null })
    this.send({ t: 'choose', what: 'text', id })
  }

  tellViewport(width: number, height: number): void {
    this.send({ t: 'viewport', width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) })
  }

  /** A new address for the same title: position and choices are kept. */
  renew(address: string): void {
    const before = this.address
    this.address = new URL(address, document.baseURI).href
    this.expired = false
    if (this.error) {
      const { currentTime, paused } = this.video
      void this.load(this.address, currentTime, this.wasm).then(() => (paused ? undefined : this.video.play()))
    } else if (before !== this.address || this.engine) {
      this.send({ t: 'renew', url: this.address })
    }
    this.notify('recovered')
  }

  /** Starts again from where it stopped. */
  async retry(): Promise<void> {
    const at = this.video.currentTime || this.startUs / 1e6
    await this.load(this.address, at, this.wasm)
    await this.video.play()
  }

  private send(input: InputBody): void {
    this.engine?.send(input)
  }

  private wishes(): Wishes {
    const { audioLanguage, textLanguage } = this.preferences
    const wishes: Wishes = { quality: 'auto' }
    if (audioLanguage !== null) wishes.audioLang = audioLanguage
    if (textLanguage !== undefined) wishes.textLang = textLanguage
    return wishes
  }

  private take(output: Output): void {
    switch (output.t) {
      case 'tracks':
        this.qualities = output.qualities
        this.audio = output.audio
        this.text = output.text
        this.subtitles.select(this.text.find((one) => one.selected) ?? null)
        this.pinRemembered()
        this.notify('tracks')
        return
      case 'quality':
        this.quality = output
        this.notify('quality', output)
        return
      case 'track':
        if (output.what === 'audio') this.audio = this.audio.map((one) => ({ ...one, selected: one.id === output.id }))
        else {
          this.text = this.text.map((one) => ({ ...one, selected: one.id === output.id }))
          this.subtitles.select(this.text.find((one) => one.selected) ?? null)
        }
        this.notify('track', output)
        return
      case 'cues':
        this.subtitles.add(output.id, output.cues)
        return
      case 'sidecar':
        this.sidecar = readSidecar(output.json, this.address)
        this.notify('sidecar')
        return
      case 'stats': {
        const { throughputBps, bufferUs, rungId, reason, switches, stalls } = output
        this.stats = { ...this.stats, throughputBps, bufferUs, rungId, reason, switches, stalls }
        this.notify('stats')
        return
      }
      case 'seekTo':
        if (Math.abs(this.video.currentTime * 1e6 - output.positionUs) > 1000) {
          this.video.currentTime = output.positionUs / 1e6
        }
        return
      case 'expired':
        this.expired = true
        this.notify('expired')
        return
      case 'error':
        this.fail(output)
        return
    }
  }

  private pinRemembered(): void {
    const { quality } = this.preferences
    if (quality === 'auto' || this.chosenQuality !== 'auto') return
    const rung = this.qualities.find((one) => one.height === quality)
    if (rung) this.chooseQuality(rung.id)
  }

  private fail(error: PlayerError): void {
    const { code, category, severity, data } = error
    if (severity === 'fatal') this.error = { code, category, severity, data }
    this.notify('error', { code, category, severity, data })
  }

  /** Tier 0: the browser's own HLS, where no MediaSource exists. */
  private playNatively(): void {
    const plays = this.video.canPlayType('application/vnd.apple.mpegurl') !== ''
    if (!plays || /\.mpd($|[?#])/.test(this.address)) {
      this.fail({ code: 5003, category: 'platform', severity: 'fatal', data: 'neither MediaSource nor native HLS' })
      return
    }
    this.stats = { ...NOTHING, place: 'native' }
    this.video.src = this.address
    if (this.startUs > 0) {
      const start = () => (this.video.currentTime = this.startUs / 1e6)
      this.video.addEventListener('loadedmetadata', start, { once: true, signal: this.cleanup.signal })
    }
    this.timer = setInterval(() => this.everySoOften(), PLAYHEAD_EVERY_MS)
  }

  private nativeError(): void {
    const { error } = this.video
    if (!error || (!this.engine && this.stats.place !== 'native')) return
    const code = this.stats.place === 'native' && error.code === MediaError.MEDIA_ERR_NETWORK ? 1002 : 3000 + error.code
    const category = code < 2000 ? 'network' : 'media'
    this.fail({ code, category, severity: 'fatal', data: error.message })
  }

  private everySoOften(): void {
    if (!this.video.paused) this.tellPlayhead()
    const { totalVideoFrames: decoded, droppedVideoFrames: dropped } = this.video.getVideoPlaybackQuality()
    if (decoded !== this.stats.decoded) {
      this.stats = { ...this.stats, decoded, dropped }
      this.send({ t: 'decode', decoded, dropped })
    }
    this.notify('stats')
  }

  private tellPlayhead(): void {
    const { currentTime, playbackRate, paused, readyState, ended } = this.video
    // Without metadata the video stands at 0 whatever `start-at` asks for; told, it would undo the start.
    if (readyState === HTMLMediaElement.HAVE_NOTHING) return
    const waiting = !paused && !ended && readyState < HTMLMediaElement.HAVE_FUTURE_DATA
    this.send({ t: 'playhead', positionUs: Math.round(currentTime * 1e6), rate: playbackRate, paused, waiting })
  }

  private remember(change: Partial<typeof this.preferences>): void {
    Object.assign(this.preferences, change)
    writePreferences(this.preferences)
  }
}
