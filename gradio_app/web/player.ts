// What a page needs of <bitaca-player>, and what Derona is told about it.

export interface Track {
  id: string
  language?: string
  label?: string
  selected?: boolean
}

export interface Quality {
  id: string
  height: number
  bitrate?: number
}

/** The player element's interface (it imitates HTMLMediaElement). */
export interface BitacaPlayer extends HTMLElement {
  currentTime: number
  readonly duration: number
  readonly paused: boolean
  readonly ended: boolean
  readonly seeking: boolean
  readonly buffered: TimeRanges | null
  volume: number
  muted: boolean
  playbackRate: number
  readonly qualities: Quality[]
  readonly quality?: { id: string } | null
  readonly chosenQuality: string
  readonly audioTracks: Track[]
  readonly textTracks: Track[]
  readonly hasNext?: boolean
  play(): Promise<void> | void
  pause(): void
  seek(seconds: number): void
  setQuality(id: string): void
  setAudio(id: string): void
  setText(id: string | null): void
  renew(url: string): void
  goNext?(): void
  readonly stats?: { throughputBps: number; stalls: number } | null
  readonly interstitial?: { skippable: boolean } | null
  skipMarker?(): void
  requestFullscreen(): Promise<void>
}

/** What goes with every message. Only the first three are always there; the rest is there once the player knows it. */
export interface PlayerState {
  title_id: string
  position_s: number
  paused: boolean
  /** Seconds. */
  duration?: number
  ended?: boolean
  rate?: number
  muted?: boolean
  volume?: number
  fullscreen?: boolean
  /** Languages that can be heard and read, and those that are on; no subtitles are null. */
  audio?: string[]
  text?: string[]
  audio_chosen?: string | null
  text_chosen?: string | null
  /** Heights of the rungs, ascending; `quality`: "auto", or the height that was chosen as "720p". */
  heights?: number[]
  quality?: string
  /** Height of the rung that is being fetched. */
  height?: number
  /** Seconds that play on without the network. */
  buffer_s?: number
  /** How often this title stood still for want of data, for how many seconds in all, and how long ago the last time. */
  stalls?: number
  rebuffer_s?: number
  stall_ago_s?: number
  /** Of the rung that is being fetched, and what the network was measured to carry; bits per second. */
  bitrate_bps?: number
  throughput_bps?: number
  /** Whether the browser says that there is a network. */
  online?: boolean
}

export function findPlayer(): BitacaPlayer | null {
  return document.querySelector<BitacaPlayer>('bitaca-player')
}

/** Counts how often and how long one player stands still for want of data: not when paused, sought or starting. */
class StallCount {
  count = 0
  lastAt = -1
  private still_ms = 0
  private since = -1
  private title = ''

  constructor(private readonly player: BitacaPlayer) {
    player.addEventListener('waiting', () => this.begin())
    for (const name of ['playing', 'pause', 'seeking', 'ended', 'emptied']) player.addEventListener(name, () => this.end())
    player.addEventListener('loadstart', () => this.reset())
  }

  get still_s(): number {
    return (this.still_ms + (this.since < 0 ? 0 : performance.now() - this.since)) / 1000
  }

  private begin(): void {
    const { paused, seeking, currentTime } = this.player
    if (this.since >= 0 || paused || seeking || !(currentTime > 0)) return
    this.since = this.lastAt = performance.now()
    this.count += 1
  }

  private end(): void {
    if (this.since >= 0) this.still_ms += performance.now() - this.since
    this.since = -1
  }

  /** A renewed address goes on counting: only another title begins at nought. */
  private reset(): void {
    const title = this.player.dataset['title'] ?? ''
    if (title === this.title) return
    this.title = title
    this.count = this.still_ms = 0
    this.since = this.lastAt = -1
  }
}

const counts = new WeakMap<BitacaPlayer, StallCount>()

/** Begin to count the stalls of a player; once is enough. */
export function watchStalls(player: BitacaPlayer): void {
  if (!counts.has(player)) counts.set(player, new StallCount(player))
}

/** What Derona is told about the player; null where it plays no title of ours. */
export function playerState(player: BitacaPlayer | null = findPlayer()): PlayerState | null {
  const title = player?.dataset['title']
  if (!player || !title) return null
  watchStalls(player)
  const position = Number(player.currentTime)
  const state: PlayerState = {
    title_id: title,
    position_s: Number.isFinite(position) ? Math.max(0, position) : 0,
    paused: player.paused !== false,
  }
  // Before its script has come, the element is an empty box.
  if (typeof player.seek !== 'function') return state
  const { stats, qualities } = player
  const rung = qualities.find((one) => one.id === player.quality?.id)
  const stalls = counts.get(player)
  return {
    ...state,
    ...(Number.isFinite(player.duration) && player.duration > 0 ? { duration: player.duration } : {}),
    ended: player.ended,
    rate: player.playbackRate,
    muted: player.muted,
    volume: player.volume,
    fullscreen: document.fullscreenElement === player,
    audio: languages(player.audioTracks),
    text: languages(player.textTracks),
    audio_chosen: chosen(player.audioTracks),
    text_chosen: chosen(player.textTracks),
    heights: [...new Set(qualities.map((one) => one.height))].sort((a, b) => a - b),
    quality: chosenHeight(player),
    ...(rung ? { height: rung.height } : {}),
    buffer_s: ahead(player.buffered, state.position_s),
    stalls: Math.max(stalls?.count ?? 0, stats?.stalls ?? 0),
    rebuffer_s: stalls?.still_s ?? 0,
    ...(stalls && stalls.lastAt >= 0 ? { stall_ago_s: (performance.now() - stalls.lastAt) / 1000 } : {}),
    ...(rung?.bitrate ? { bitrate_bps: rung.bitrate } : {}),
    ...(stats && stats.throughputBps > 0 ? { throughput_bps: stats.throughputBps } : {}),
    online: navigator.onLine,
  }
}

/** A manifest may write anything where a language belongs; what is no tag is not told. */
const TAG = /^[A-Za-z0-9-]{1,35}$/

function languages(tracks: readonly Track[]): string[] {
  return [...new Set(tracks.map((one) => one.language ?? ''))].filter((one) => TAG.test(one)).slice(0, 64)
}

function chosen(tracks: readonly Track[]): string | null {
  const language = tracks.find((one) => one.selected)?.language ?? ''
  return TAG.test(language) ? language : null
}

function chosenHeight(player: BitacaPlayer): string {
  const rung = player.qualities.find((one) => one.id === player.chosenQuality)
  return rung ? `${rung.height}p` : 'auto'
}

/** Seconds from the playhead to the end of what is buffered around it. */
export function ahead(buffered: TimeRanges | null, at: number): number {
  for (let index = 0; index < (buffered?.length ?? 0); index += 1) {
    if (buffered && buffered.start(index) <= at + 0.1 && at < buffered.end(index)) return buffered.end(index) - at
  }
  return 0
}
