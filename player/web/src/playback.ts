/**
 * One title being played: the video element, the engine behind it, and what both have said so far.
 *
 * It knows no buttons. The element forwards its public interface to it; the interface (ui/) reads it.
 */
import { Drm, keyServers, type DrmOptions } from './engine/drm'
import { startEngine, type Engine } from './engine/engine'
import { acceptedTypes, mediaSourceType } from './engine/media-source'
import type { AudioChoice, ErrorCategory, InputBody, Output, Quality, TextChoice, ViewChoice, Wishes } from './engine/messages'
import type { WasmSource } from './engine/wasm'
import { CORE, MEDIA_ELEMENT, NATIVE_NETWORK, NO_MEDIA_SOURCE, SUBTITLE_FILE, WRONG_KEY } from './errors'
import { readPreferences, writePreferences } from './preferences'
import { Interstitials, playbackName } from './interstitials'
import { Previews } from './previews'
import { readSidecar, type Sidecar } from './sidecar'
import { Scripts } from './scripts'
import { speakers } from './speakers'
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
export type Topic =
  | 'tracks' | 'quality' | 'track' | 'sidecar' | 'stats' | 'error' | 'expired' | 'source' | 'recovered' | 'window' | 'dateRange'
  | 'preview' | 'interstitial' | 'sessionData' | 'event'

const PLAYHEAD_EVENTS = ['play', 'playing', 'pause', 'waiting', 'seeking', 'seeked', 'ratechange', 'timeupdate', 'ended'] as const
/** The session hears at least this often where the playhead is while it moves. */
const PLAYHEAD_EVERY_MS = 250
/** Browsers round a position that is set; nearer than this it is the one that was asked for. */
const SAME_PLACE_S = 0.05
const NOTHING: Statistics = {
  throughputBps: 0, bufferUs: 0, rungId: '', reason: '', switches: 0, stalls: 0, decoded: 0, dropped: 0, place: null,
}

export class Playback {
  readonly preferences = readPreferences()
  readonly subtitles: SubtitleTrack
  readonly scripts: Scripts
  readonly previews: Previews
  readonly interstitials: Interstitials
  qualities: Quality[] = []
  audio: AudioChoice[] = []
  text: TextChoice[] = []
  /** Other views of the same moment; none where there is only one. */
  views: ViewChoice[] = []
  quality: CurrentQuality | null = null
  /** 'auto', or the id of the rung that stands here for what the viewer asked for. */
  chosenQuality = 'auto'
  sidecar: Sidecar | null = null
  stats: Statistics = NOTHING
  error: PlayerError | null = null
  /** What can be watched of a live title, in seconds; null for a recorded one. */
  live: { start: number; end: number; edge: number } | null = null
  /** Breaks and markers of the manifest, in seconds; an end below zero is not known. */
  marks: { id: string; startS: number; endS: number }[] = []
  /** The token ran out and no new address has come yet. */
  expired = false
  private engine: Engine | null = null
  private drm: Drm | null = null
  /** A date, and the position that it belongs to. */
  private date: { atS: number; wallMs: number } | null = null
  private address = ''
  /** The speed that the session keeps to, 1 unless a live title is being caught up with. */
  private pace = 1
  private startUs = -1
  /** The quality asked for, which this title need not have; and as the session was opened with. */
  private wish = 'auto'
  private openedWith = 'auto'
  /** Where a jump that the session knows of is under way to. */
  private asked: number | null = null
  /** Where a fatal error stopped it: the video forgets that along with its source. */
  private stopped: { atS: number; durationS: number; playing: boolean } | null = null
  private viewport: { width: number; height: number } | null = null
  private wasm: WasmSource = ''
  private generation = 0
  private timer: ReturnType<typeof setInterval> | undefined
  private readonly cleanup = new AbortController()

  constructor(
    readonly video: HTMLVideoElement,
    private readonly notify: (topic: Topic, detail?: unknown) => void,
    private readonly drmOptions: () => DrmOptions = () => ({}),
    /** What is played in between is not interrupted in its turn. */
    private readonly between = false,
  ) {
    this.subtitles = new SubtitleTrack(video)
    this.scripts = new Scripts(this.subtitles, (id, url) => this.engine?.readScript(id, url), (why) => {
      this.fail({ code: SUBTITLE_FILE, category: 'media', severity: 'recoverable', data: why })
    })
    this.previews = new Previews(
      (seconds) => this.send({ t: 'preview', positionUs: Math.round(seconds * 1e6) }),
      () => notify('preview'),
    )
    this.interstitials = new Interstitials(
      video,
      (over, failed) => new Playback(over, (topic, detail) => {
        if (topic === 'error' && (detail as PlayerError).severity === 'fatal') failed()
      }, drmOptions, true),
      (id, playedS) => this.send({ t: 'interstitialOver', id, playedUs: Math.round(playedS * 1e6) }),
      () => notify('interstitial'),
    )
    video.volume = this.preferences.volume
    video.muted = this.preferences.muted
    const { signal } = this.cleanup
    video.addEventListener('seeking', () => this.noticeJump(), { signal })
    video.addEventListener('seeked', () => {
      // The end of an earlier jump, told late, says nothing of the one under way.
      if (!video.seeking) this.asked = null
    }, { signal })
    for (const name of PLAYHEAD_EVENTS) video.addEventListener(name, () => this.tellPlayhead(), { signal })
    video.addEventListener('volumechange', () => this.remember({ volume: video.volume, muted: video.muted }), { signal })
    video.addEventListener('error', () => this.nativeError(), { signal })
    addEventListener('online', () => this.send({ t: 'online', online: true }), { signal })
    addEventListener('offline', () => this.send({ t: 'online', online: false }), { signal })
  }

  /** The video that the viewer sees. */
  get screen(): HTMLVideoElement {
    return this.interstitials.current?.video ?? this.video
  }

  /** The date of what is shown, where the manifest says it. */
  get currentDate(): Date | null {
    return this.date ? new Date(this.date.wallMs + (this.currentTime - this.date.atS) * 1000) : null
  }

  get place(): Statistics['place'] {
    return this.stats.place
  }

  get currentTime(): number {
    return this.stopped?.atS ?? this.video.currentTime
  }

  /** The stretch that the seek line stands for, in seconds. */
  get range(): { start: number; end: number } {
    if (this.live) return this.live
    return { start: 0, end: Number.isFinite(this.duration) ? this.duration : 0 }
  }

  get duration(): number {
    return this.stopped?.durationS ?? this.video.duration
  }

  /** Loads a title from its manifest. A second call replaces the first, which then resolves to false. */
  async load(address: string, startS: number | null, wasm: WasmSource): Promise<boolean> {
    this.unload()
    const generation = this.generation
    this.address = new URL(address, document.baseURI).href
    this.startUs = startS !== null && startS > 0 ? Math.round(startS * 1e6) : -1
    this.wasm = wasm
    const { quality } = this.preferences
    this.wish = quality === 'auto' ? quality : `${quality}p`
    this.notify('source')
    if (!mediaSourceType()) return this.playNatively()
    let channels: number
    try {
      const [engine, heard] = await Promise.all([
        startEngine(wasm, (output) => {
          if (generation === this.generation) this.take(output)
        }),
        speakers(),
      ])
      channels = heard
      if (generation !== this.generation) {
        engine.destroy()
        return false
      }
      engine.attach(this.video)
      this.engine = engine
      this.stats = { ...this.stats, place: engine.place }
    } catch (reason) {
      if (generation === this.generation) this.fail({ code: CORE, category: 'platform', severity: 'fatal', data: String(reason) })
      return false
    }
    const options = this.drmOptions()
    this.drm = new Drm(this.video, options, (input) => this.send(input))
    this.send({ t: 'keyServers', servers: keyServers(options) })
    // Interstitials have none of their own.
    if (!this.between) this.send({ t: 'playback', id: playbackName() })
    this.openedWith = this.wish
    this.send({ t: 'display', hdr: matchMedia('(dynamic-range: high)').matches, speakers: channels })
    this.send({
      t: 'open', url: this.address, startUs: this.startUs, wallUs: Date.now() * 1000, caps: { mime: acceptedTypes() },
      prefs: this.wishes(),
    })
    if (this.viewport) this.send({ t: 'viewport', ...this.viewport })
    this.timer = setInterval(() => this.everySoOften(), PLAYHEAD_EVERY_MS)
    return true
  }

  /** Ends requests, worker and buffers, and takes the video's source away. */
  private stop(): void {
    this.generation++
    this.interstitials.end()
    this.previews.clear()
    clearInterval(this.timer)
    this.engine?.destroy()
    this.engine = null
    this.drm?.destroy()
    this.drm = null
    this.asked = null
    if (this.stats.place === 'native') {
      this.video.removeAttribute('src')
      this.video.load()
    }
  }

  /** Gives everything of this title back; the element can load again. */
  unload(): void {
    this.stop()
    this.stopped = null
    this.subtitles.clear()
    this.scripts.clear()
    this.qualities = []
    this.audio = []
    this.text = []
    this.views = []
    this.quality = null
    this.chosenQuality = 'auto'
    this.sidecar = null
    this.marks = []
    this.date = null
    this.stats = NOTHING
    this.error = null
    this.expired = false
    if (this.video.playbackRate === this.pace) this.video.playbackRate = 1
    this.pace = 1
  }

  destroy(): void {
    this.unload()
    this.cleanup.abort()
  }

  /** From the end it begins again. Fails after a fatal error, as a video without a playable source does. */
  async play(): Promise<void> {
    if (this.error) throw new DOMException(this.error.data, 'NotSupportedError')
    if (this.video.ended && this.screen === this.video) this.seek(0)
    await this.screen.play()
  }

  seek(seconds: number): void {
    // Going elsewhere leaves what is played in between, where that is allowed.
    if (this.interstitials.current && !this.interstitials.skip()) return
    const { duration } = this
    const target = Math.max(0, Math.min(seconds, Number.isFinite(duration) ? duration : Number.POSITIVE_INFINITY))
    if (this.stopped) {
      this.stopped.atS = target
      return
    }
    // Before there is a session to tell, this is where it will be opened.
    if (!this.engine) this.startUs = Math.round(target * 1e6)
    this.send({ t: 'seek', positionUs: Math.round(target * 1e6) })
    this.moveTo(target)
  }

  chooseQuality(id: string): void {
    const height = /^(\d+)p/.exec(id)?.[1]
    if (height || id === 'auto') this.remember({ quality: height ? Number(height) : 'auto' })
    this.wish = id
    if (id === 'auto' || this.qualities.some((one) => one.id === id)) this.chosenQuality = id
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

  chooseView(id: string): void {
    this.send({ t: 'choose', what: 'view', id })
  }

  tellViewport(width: number, height: number): void {
    this.viewport = { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) }
    this.send({ t: 'viewport', ...this.viewport })
  }

  /** A new address for the same title: position and choices are kept. */
  renew(address: string): void {
    this.address = new URL(address, document.baseURI).href
    this.expired = false
    if (this.error) void this.resume(this.stopped?.playing ?? false).catch(() => undefined)
    else this.send({ t: 'renew', url: this.address })
    this.notify('recovered')
  }

  /** Starts again from where it stopped. */
  async retry(): Promise<void> {
    await this.resume(true)
  }

  private async resume(playing: boolean): Promise<void> {
    const ready = await this.load(this.address, this.currentTime || this.startUs / 1e6, this.wasm)
    if (ready && playing) await this.video.play()
  }

  private send(input: InputBody): void {
    this.engine?.send(input)
  }

  private wishes(): Wishes {
    const { audioLanguage, textLanguage } = this.preferences
    const wishes: Wishes = { quality: this.wish }
    if (audioLanguage !== null) wishes.audioLang = audioLanguage
    if (textLanguage !== undefined) wishes.textLang = textLanguage
    return wishes
  }

  private take(output: Output): void {
    switch (output.t) {
      case 'tracks':
        // A choice made before there was a ladder to choose from is made now.
        if (this.qualities.length === 0 && this.wish !== this.openedWith) {
          this.send({ t: 'choose', what: 'quality', id: this.wish })
        }
        this.qualities = output.qualities
        this.audio = output.audio
        this.text = output.text
        this.views = output.views
        this.selectText()
        this.notify('tracks')
        return
      case 'quality':
        this.quality = output
        this.chosenQuality = output.auto ? 'auto' : output.id
        this.notify('quality', output)
        return
      case 'track':
        if (output.what === 'view') this.views = this.views.map((one) => ({ ...one, selected: one.id === output.id }))
        else if (output.what === 'audio') this.audio = this.audio.map((one) => ({ ...one, selected: one.id === output.id }))
        else {
          this.text = this.text.map((one) => ({ ...one, selected: one.id === output.id }))
          this.selectText()
        }
        this.notify('track', output)
        return
      case 'cues':
        this.subtitles.add(output.id, output.cues)
        return
      case 'documents':
        this.subtitles.addDocuments(output.id, output.documents)
        return
      case 'script':
        this.scripts.take(output)
        return
      case 'sidecar':
        this.sidecar = readSidecar(output.json, this.address)
        this.selectText()
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
          this.moveTo(output.positionUs / 1e6)
        }
        return
      case 'window':
        this.live = output.live
          ? { start: output.startUs / 1e6, end: output.endUs / 1e6, edge: output.liveUs / 1e6 }
          : null
        this.notify('window', this.live)
        return
      case 'dateRange': {
        const style = output.attributes['X-TIMELINE-STYLE']
        const seen = /interstitial|CUE-OUT/.test(output.class) && style !== 'PRIMARY'
        const mark = { id: output.id, startS: output.startUs / 1e6, endS: output.endUs / 1e6 }
        if (seen) this.marks = [...this.marks.filter((one) => one.id !== output.id), mark]
        this.notify('dateRange', output)
        return
      }
      case 'preview':
        void this.previews.take(output)
        return
      case 'wallClock':
        this.date = { atS: output.positionUs / 1e6, wallMs: output.wallUs / 1000 }
        return
      case 'sessionData':
        this.notify('sessionData', { id: output.id, language: output.language, value: output.value })
        return
      case 'event':
        this.notify('event', output)
        return
      case 'interstitial':
        if (this.between) this.send({ t: 'interstitialOver', id: output.id, playedUs: 0 })
        else {
          this.interstitials.begin(output, this.wasm)
          this.notify('interstitial', output)
        }
        return
      case 'interstitialOver':
        this.notify('interstitial', output)
        return
      case 'rate':
        // Only where the viewer chose no speed of their own.
        if (this.video.playbackRate === this.pace) this.video.playbackRate = output.rate
        this.pace = output.rate
        return
      case 'next':
        this.goOn(output.url, output.fallback, output.startUs)
        return
      case 'keySystems':
        void this.drm?.choose(output.queries)
        return
      case 'keySession':
        this.drm?.begin(output)
        return
      case 'endKeySession':
        this.drm?.end(output.number)
        return
      case 'fetch':
        void this.drm?.fetch(output)
        return
      case 'abort':
        this.drm?.abort(output.id)
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

  private selectText(): void {
    const chosen = this.text.find((one) => one.selected) ?? null
    this.subtitles.select(chosen)
    this.scripts.show(chosen, this.sidecar)
  }

  /** Plays what takes over: at once where this title cannot be played, else when it has ended. */
  private goOn(address: string, atOnce: boolean, startUs: number): void {
    const { generation } = this
    const begin = () => {
      if (generation !== this.generation) return
      void this.load(address, startUs < 0 ? null : startUs / 1e6, this.wasm).then((ready) => (ready ? this.play() : undefined)).catch(() => undefined)
    }
    if (atOnce || this.video.ended) begin()
    else this.video.addEventListener('ended', begin, { once: true, signal: this.cleanup.signal })
  }

  private moveTo(seconds: number): void {
    // Before metadata a move to 0 moves nothing, and no event will tell that it is done.
    if (seconds > 0 || this.video.readyState > HTMLMediaElement.HAVE_NOTHING) this.asked = seconds
    this.video.currentTime = seconds
  }

  /** Jumps that nobody asked for here: native controls, the browser's own windows, `loop`. */
  private noticeJump(): void {
    const { currentTime } = this.video
    if (this.asked !== null && Math.abs(this.asked - currentTime) < SAME_PLACE_S) return
    this.asked = currentTime
    this.send({ t: 'seek', positionUs: Math.round(currentTime * 1e6) })
  }

  private fail(error: PlayerError): void {
    const { code, category, severity, data } = error
    if (severity === 'fatal') {
      const { currentTime, duration: durationS, paused } = this.video
      this.stopped = { atS: currentTime || Math.max(0, this.startUs / 1e6), durationS, playing: !paused }
      this.error = { code, category, severity, data }
      this.stop()
    }
    this.notify('error', { code, category, severity, data })
  }

  /** Tier 0: the browser's own HLS, where no MediaSource exists. */
  private playNatively(): boolean {
    const plays = this.video.canPlayType('application/vnd.apple.mpegurl') !== ''
    if (!plays || /\.mpd($|[?#])/.test(this.address)) {
      this.fail({ code: NO_MEDIA_SOURCE, category: 'platform', severity: 'fatal', data: 'neither MediaSource nor native HLS' })
      return false
    }
    this.stats = { ...NOTHING, place: 'native' }
    this.video.src = this.address
    if (this.startUs > 0) {
      const start = () => (this.video.currentTime = this.startUs / 1e6)
      this.video.addEventListener('loadedmetadata', start, { once: true, signal: this.cleanup.signal })
    }
    this.timer = setInterval(() => this.everySoOften(), PLAYHEAD_EVERY_MS)
    return true
  }

  private nativeError(): void {
    const { error } = this.video
    if (!error || this.error || (!this.engine && this.stats.place !== 'native')) return
    const network = this.stats.place === 'native' && error.code === MediaError.MEDIA_ERR_NETWORK
    if (error.code === MediaError.MEDIA_ERR_DECODE && this.video.mediaKeys) {
      const data = `what its key decrypts is no media: another key, or damage (${error.message})`
      this.fail({ code: WRONG_KEY, category: 'drm', severity: 'fatal', data })
      return
    }
    const code = network ? NATIVE_NETWORK : MEDIA_ELEMENT + error.code
    this.fail({ code, category: network ? 'network' : 'media', severity: 'fatal', data: error.message })
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
