/**
 * `<bitaca-player>`: imitates HTMLVideoElement, and adds qualities, tracks, statistics and renewal.
 *
 * Everything begins in `connectedCallback` and is given back in `disconnectedCallback`.
 */
import type { DrmOptions } from './engine/drm'
import type { AudioChoice, Output, Quality, TextChoice, ViewChoice } from './engine/messages'
import type { WasmSource } from './engine/wasm'
import { releaseMediaSession } from './media-session'
import { Playback, type PlayerError, type Statistics, type Topic } from './playback'
import { Interface } from './ui/interface'
import skin from './ui/skin.css'

const FORWARDED = [
  'loadstart', 'loadedmetadata', 'loadeddata', 'canplay', 'canplaythrough', 'durationchange', 'emptied', 'play', 'playing',
  'pause', 'waiting', 'stalled', 'seeking', 'seeked', 'ended', 'timeupdate', 'progress', 'ratechange', 'volumechange', 'resize',
] as const

/** Absent where the bundle runs as a worker or under a test runner: the class is then never instantiated. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement)

export class BitacaPlayer extends Base {
  /** Where the core is loaded from, for every player of the page: an address or its bytes. */
  static wasm: WasmSource = new URL('player.wasm', import.meta.url).href

  static readonly observedAttributes = [
    'src', 'poster', 'lang', 'heading', 'age-rating', 'age-descriptors', 'next-src', 'next-title', 'muted', 'loop',
  ]

  /** Licence servers by name of the key system, `*` for any; read when a title is loaded. Headers and hooks stay on the page. */
  drm: DrmOptions = (this as { drm?: DrmOptions }).drm ?? {}
  private playback: Playback | null = null
  private interface: Interface | null = null
  private lifetime: AbortController | null = null
  private waitingToPlay = false

  connectedCallback(): void {
    if (this.playback) return
    if (!this.hasAttribute('tabindex')) this.tabIndex = 0
    if (!this.hasAttribute('role')) this.setAttribute('role', 'region')
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    dress(root)
    this.lifetime = new AbortController()
    const { signal } = this.lifetime
    const video = document.createElement('video')
    video.playsInline = true
    video.preload = 'auto'
    video.tabIndex = -1
    video.setAttribute('part', 'video')
    this.playback = new Playback(video, (topic, detail) => this.hear(topic, detail), () => this.drmOptions())
    this.interface = new Interface(this, this.playback, root, signal)
    for (const name of FORWARDED) video.addEventListener(name, () => this.dispatchEvent(new Event(name)), { signal })
    const size = new ResizeObserver(([entry]) => {
      if (entry) this.playback?.tellViewport(entry.contentRect.width, entry.contentRect.height)
    })
    size.observe(this)
    signal.addEventListener('abort', () => size.disconnect())
    if (this.hasAttribute('muted')) video.muted = true
    video.loop = this.hasAttribute('loop')
    if (this.src) this.load()
  }

  disconnectedCallback(): void {
    // Moved within the page, an element is connected again in the same turn.
    queueMicrotask(() => this.isConnected || this.destroy())
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.playback || before === now) return
    if (name === 'src' && now) this.load()
    else if (name === 'src') this.playback.unload()
    else if (name === 'muted') this.playback.video.muted = now !== null
    else if (name === 'loop') this.playback.video.loop = now !== null
    this.interface?.translate()
  }

  /** Gives back the worker, the buffers, the listeners and the tree. */
  destroy(): void {
    this.lifetime?.abort()
    this.lifetime = null
    this.playback?.destroy()
    if (this.playback) releaseMediaSession()
    this.playback = null
    this.interface = null
    this.shadowRoot?.replaceChildren()
  }

  /** Loads `src` from the start, or from `start-at`. */
  load(): void {
    if (!this.playback || !this.src) return
    const { playback } = this
    this.waitingToPlay = this.autoplay
    void playback.load(this.src, this.startAt, BitacaPlayer.wasm).then((ready) => {
      // The wish to play belongs to the newest source.
      if (!ready || playback !== this.playback) return
      const { width, height } = this.getBoundingClientRect()
      playback.tellViewport(width, height)
      if (!this.waitingToPlay) return
      this.waitingToPlay = false
      // Refused without a gesture: the big button stands there for that.
      void playback.play().catch(() => undefined)
    })
  }

  /** Resolves when playing begins, from the start again after the end; before the engine is there the wish is kept. */
  async play(): Promise<void> {
    if (!this.playback) throw new DOMException('not connected', 'InvalidStateError')
    if (!this.playback.place && this.src && !this.playback.error) {
      this.waitingToPlay = true
      return
    }
    try {
      await this.playback.play()
    } catch (reason) {
      // A pause or a new source in between is no failure of the call; a missing gesture is the caller's to know.
      if (!(reason instanceof DOMException) || reason.name !== 'AbortError') throw reason
    }
  }

  pause(): void {
    this.waitingToPlay = false
    this.playback?.screen.pause()
  }

  seek(seconds: number): void {
    this.playback?.seek(seconds)
  }

  /** A rung's id, 'auto', or a wish as "720p": a title without it plays the nearest rung below. */
  setQuality(id: string): void {
    this.playback?.chooseQuality(id)
  }

  setAudio(id: string): void {
    this.playback?.chooseAudio(id)
  }

  setView(id: string): void {
    this.playback?.chooseView(id)
  }

  setText(id: string | null): void {
    this.playback?.chooseText(id)
  }

  /** Answers `sourceexpired` with a fresh address of the same title; position and choices are kept. */
  renew(url: string): void {
    this.playback?.renew(url)
  }

  /** What "Tentar de novo" does: starts again from where it stopped. An expired source asks for a new address first. */
  async retry(): Promise<void> {
    if (!this.playback) return
    if (this.playback.expired) this.dispatchEvent(new CustomEvent('sourceexpired'))
    await this.playback.retry().catch(() => undefined)
  }

  /** Fires `next`; a page that does not cancel it is taken to `next-src`, where there is one. */
  goNext(): void {
    const { nextSrc: src, nextTitle: title } = this
    if (!this.hasNext) return
    const go = this.dispatchEvent(new CustomEvent('next', { detail: { src, title }, cancelable: true }))
    if (go && src) location.assign(src)
  }

  /** Leaves what is played in between, else the opening (or another marked span) that is playing; nothing outside one. */
  skipMarker(): void {
    if (this.playback?.interstitials.current) {
      this.playback.interstitials.skip()
      return
    }
    const at = this.currentTime
    const marker = this.playback?.sidecar?.markers.find((one) => one.startS <= at && at < one.endS)
    if (marker) this.seek(marker.endS)
  }

  get src(): string { return this.getAttribute('src') ?? '' }
  set src(value: string) { this.setAttribute('src', value) }
  get licenceServer(): string { return this.getAttribute('licence-server') ?? '' }
  set licenceServer(value: string) { this.setAttribute('licence-server', value) }
  get poster(): string { return this.getAttribute('poster') ?? '' }
  set poster(value: string) { this.setAttribute('poster', value) }
  get heading(): string { return this.getAttribute('heading') ?? '' }
  set heading(value: string) { this.setAttribute('heading', value) }
  get autoplay(): boolean { return this.hasAttribute('autoplay') }
  set autoplay(value: boolean) { this.toggleAttribute('autoplay', value) }
  get loop(): boolean { return this.hasAttribute('loop') }
  set loop(value: boolean) { this.toggleAttribute('loop', value) }
  get nextSrc(): string { return this.getAttribute('next-src') ?? '' }
  /** There is a next episode where the page names its address or its title. */
  get hasNext(): boolean { return this.nextSrc !== '' || this.nextTitle !== '' }
  get nextTitle(): string { return this.getAttribute('next-title') ?? '' }

  /** Seconds to start at; null starts at the beginning. */
  get startAt(): number | null {
    const value = Number.parseFloat(this.getAttribute('start-at') ?? '')
    return Number.isFinite(value) && value > 0 ? value : null
  }

  /** "L", "6", "10", … from the attribute, else from the sidecar. */
  get ageRating(): string {
    return this.getAttribute('age-rating') ?? this.playback?.sidecar?.age?.rating ?? ''
  }

  get ageDescriptors(): string[] {
    const written = this.getAttribute('age-descriptors')
    if (written !== null) return written.split(',').map((one) => one.trim()).filter(Boolean)
    return this.playback?.sidecar?.age?.descriptors ?? []
  }

  get currentTime(): number { return this.playback?.currentTime ?? 0 }
  set currentTime(value: number) { this.seek(value) }
  get volume(): number { return this.playback?.video.volume ?? 1 }
  set volume(value: number) { if (this.playback) this.playback.video.volume = value }
  get muted(): boolean { return this.playback?.video.muted ?? false }
  set muted(value: boolean) { if (this.playback) this.playback.video.muted = value }
  get playbackRate(): number { return this.playback?.video.playbackRate ?? 1 }
  set playbackRate(value: number) { if (this.playback) this.playback.video.playbackRate = value }
  get duration(): number { return this.playback?.duration ?? Number.NaN }
  get paused(): boolean { return this.playback?.screen.paused ?? true }
  get ended(): boolean { return this.playback?.video.ended ?? false }
  get seeking(): boolean { return this.playback?.video.seeking ?? false }
  get readyState(): number { return this.playback?.video.readyState ?? 0 }
  get buffered(): TimeRanges | null { return this.playback?.video.buffered ?? null }
  get played(): TimeRanges | null { return this.playback?.video.played ?? null }
  get seekable(): TimeRanges | null { return this.playback?.video.seekable ?? null }
  get videoWidth(): number { return this.playback?.video.videoWidth ?? 0 }
  get videoHeight(): number { return this.playback?.video.videoHeight ?? 0 }
  get error(): Playback['error'] { return this.playback?.error ?? null }

  get qualities(): Quality[] { return this.playback?.qualities ?? [] }
  /** The rung now being fetched. */
  get quality(): Playback['quality'] { return this.playback?.quality ?? null }
  /** 'auto', or the id of the rung that the viewer's choice stands for in this title. */
  get chosenQuality(): string { return this.playback?.chosenQuality ?? 'auto' }
  get audioTracks(): AudioChoice[] { return this.playback?.audio ?? [] }
  get textTracks(): TextChoice[] { return this.playback?.text ?? [] }
  /** Other views of the same moment; empty where there is only one. */
  get views(): ViewChoice[] { return this.playback?.views ?? [] }
  /** What is played in between now. */
  get interstitial(): { id: string; skippable: boolean } | null {
    const now = this.playback?.interstitials.current
    return now ? { id: now.id, skippable: now.skippable } : null
  }

  /** The date of what is shown, where the manifest says it. */
  get currentDate(): Date | null { return this.playback?.currentDate ?? null }
  get live(): { start: number; end: number; edge: number } | null { return this.playback?.live ?? null }
  get stats(): Statistics | null { return this.playback?.stats ?? null }

  /** The attributes stand for any key system that the property does not name. */
  private drmOptions(): DrmOptions {
    const server = this.licenceServer
    const certificate = this.getAttribute('licence-certificate') ?? ''
    if (!server && !certificate) return this.drm
    return { ...this.drm, '*': { ...(server ? { server } : {}), ...(certificate ? { certificate } : {}), ...this.drm['*'] } }
  }

  private hear(topic: Topic, detail: unknown): void {
    this.interface?.hear(topic, topic === 'error' ? (detail as PlayerError) : undefined)
    if (topic === 'quality' && detail) this.dispatchEvent(new CustomEvent('qualitychange', { detail }))
    else if (topic === 'tracks' || topic === 'track') this.dispatchEvent(new CustomEvent('trackchange', { detail }))
    else if (topic === 'window') this.dispatchEvent(new CustomEvent('livewindow', { detail }))
    else if (topic === 'interstitial' && detail) {
      const begins = (detail as Output).t === 'interstitial'
      this.dispatchEvent(new CustomEvent(begins ? 'interstitialstart' : 'interstitialend', { detail }))
    } else if (topic === 'sessionData') this.dispatchEvent(new CustomEvent('sessiondata', { detail }))
    else if (topic === 'event') this.dispatchEvent(new CustomEvent('mediaevent', { detail }))
    else if (topic === 'dateRange') this.dispatchEvent(new CustomEvent('daterange', { detail }))
    else if (topic === 'expired') this.dispatchEvent(new CustomEvent('sourceexpired'))
    else if (topic === 'error') this.dispatchEvent(new CustomEvent('error', { detail }))
  }
}

/** One parsed sheet for every player of the page, where the browser can share it. */
let sheet: CSSStyleSheet | null = null

function dress(root: ShadowRoot): void {
  try {
    sheet ??= new CSSStyleSheet()
    if (sheet.cssRules.length === 0) sheet.replaceSync(skin)
    root.adoptedStyleSheets = [sheet]
  } catch {
    const style = document.createElement('style')
    style.textContent = skin
    root.append(style)
  }
}
