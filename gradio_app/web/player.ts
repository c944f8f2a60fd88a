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

interface TrackState {
  language: string
  label: string
  chosen: boolean
}

/** What goes with every message. Only the first three are always there; the rest is there once the player knows it. */
export interface PlayerState {
  title_id: string
  position_s: number
  paused: boolean
  duration_s?: number
  ended?: boolean
  rate?: number
  muted?: boolean
  volume?: number
  fullscreen?: boolean
  tracks?: { audio: TrackState[]; text: TrackState[] }
  /** `chosen`: "auto" or the height asked for; `height`: of the rung that is being fetched. */
  quality?: { chosen: string; height: number | null; available: number[] }
  /** Seconds that play on without the network. */
  buffer_s?: number
  /** `last_s`: how many seconds ago the last one began; null where there was none. */
  stalls?: { count: number; last_s: number | null }
  /** Seconds that this title has stood still for want of data. */
  rebuffer_s?: number
  /** Of the rung that is being fetched, and what the network was measured to carry; bits per second. */
  bitrate_bps?: number
  throughput_bps?: number
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
    ...(Number.isFinite(player.duration) ? { duration_s: player.duration } : {}),
    ended: player.ended,
    rate: player.playbackRate,
    muted: player.muted,
    volume: player.volume,
    fullscreen: document.fullscreenElement === player,
    tracks: { audio: player.audioTracks.map(track), text: player.textTracks.map(track) },
    quality: {
      chosen: chosenHeight(player),
      height: rung?.height ?? null,
      available: [...new Set(qualities.map((one) => one.height))].sort((a, b) => a - b),
    },
    buffer_s: ahead(player.buffered, state.position_s),
    stalls: {
      count: Math.max(stalls?.count ?? 0, stats?.stalls ?? 0),
      last_s: stalls && stalls.lastAt >= 0 ? (performance.now() - stalls.lastAt) / 1000 : null,
    },
    rebuffer_s: stalls?.still_s ?? 0,
    ...(rung?.bitrate ? { bitrate_bps: rung.bitrate } : {}),
    ...(stats && stats.throughputBps > 0 ? { throughput_bps: stats.throughputBps } : {}),
  }
}

function track({ language = '', label = '', selected = false }: Track): TrackState {
  return { language, label, chosen: selected }
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
