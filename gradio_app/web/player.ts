// What the page needs of <bitaca-player>, and Derona's typed actions carried out on it.
import type { PlayerState } from './line'

export interface Track {
  id: string
  language?: string
  label?: string
}

export interface Quality {
  id: string
  height: number
}

/** The player element's interface (it imitates HTMLMediaElement). */
export interface BitacaPlayer extends HTMLElement {
  currentTime: number
  readonly duration: number
  readonly paused: boolean
  readonly ended: boolean
  volume: number
  muted: boolean
  playbackRate: number
  readonly qualities: Quality[]
  readonly audioTracks: Track[]
  readonly textTracks: Track[]
  play(): Promise<void> | void
  pause(): void
  seek(seconds: number): void
  setQuality(id: string): void
  setAudio(id: string): void
  setText(id: string | null): void
  renew(url: string): void
  readonly stats?: unknown
  skipMarker?(): void
  requestFullscreen(): Promise<void>
}

export function findPlayer(): BitacaPlayer | null {
  return document.querySelector<BitacaPlayer>('bitaca-player')
}

/** What Derona is told about the player: the title and the playhead. */
export function playerState(): PlayerState | null {
  const player = findPlayer()
  const title = player?.dataset['title'] ?? null
  if (!player || !title) return null
  const position = Number(player.currentTime)
  return { title_id: title, position_s: Number.isFinite(position) ? position : 0, paused: player.paused !== false }
}

function byLanguage(tracks: readonly Track[], language: string): Track | undefined {
  const wanted = language.toLowerCase()
  return tracks.find((track) => (track.language ?? '').toLowerCase().startsWith(wanted)) ?? tracks.find((track) => track.id === language)
}

function amount(value: unknown, now: number): number | null {
  if (typeof value === 'number') return value
  const given = value as { relative?: number; absolute?: number } | null
  if (typeof given?.relative === 'number') return now + given.relative
  return typeof given?.absolute === 'number' ? given.absolute : null
}

function rung(player: BitacaPlayer, value: string): string {
  const sorted = [...player.qualities].sort((a, b) => a.height - b.height)
  if (value === 'highest') return sorted.at(-1)?.id ?? 'auto'
  if (value === 'lowest') return sorted[0]?.id ?? 'auto'
  const height = parseInt(value, 10)
  if (!height) return 'auto'
  // The player takes the best rung at or below it, and remembers what was asked for.
  return `${height}p`
}

/** Open a title at a scene, or move the playhead there where it is open already. */
function playAt(value: unknown): void {
  const given = value as { title_id?: unknown; position_s?: unknown } | null
  const [id, at] = [given?.title_id, given?.position_s]
  if (typeof id !== 'string' || !/^[a-z0-9-]{1,64}$/.test(id) || typeof at !== 'number' || !(at >= 0)) return
  const player = findPlayer()
  if (player?.dataset['title'] === id) {
    player.seek(at)
    void player.play()
  } else location.assign(`/watch/${id}?t=${Math.floor(at)}`)
}

/** Carry out one action of Derona. An action for a page without a player leads to the title it names, if any. */
export function act(action: string, value: unknown): void {
  if (action === 'play' && typeof value === 'string' && value !== findPlayer()?.dataset['title']) {
    if (/^[a-z0-9-]{1,64}$/.test(value)) location.assign(`/watch/${value}`)
    return
  }
  if (action === 'play_at') {
    playAt(value)
    return
  }
  const player = findPlayer()
  if (!player) return
  switch (action) {
    case 'play':
    case 'resume':
      void player.play()
      break
    case 'pause':
      player.pause()
      break
    case 'seek': {
      const to = amount(value, player.currentTime)
      const end = Number.isFinite(player.duration) ? player.duration : Infinity
      if (to !== null) player.seek(Math.min(Math.max(0, to), end))
      break
    }
    case 'quality':
      player.setQuality(value === 'auto' ? 'auto' : rung(player, String(value)))
      break
    case 'audio': {
      const track = byLanguage(player.audioTracks, String(value))
      if (track) player.setAudio(track.id)
      break
    }
    case 'text': {
      const track = value === null ? null : byLanguage(player.textTracks, String(value))
      if (track !== undefined) player.setText(track?.id ?? null)
      break
    }
    case 'fullscreen':
      if (value === false) void document.exitFullscreen().catch(() => undefined)
      // Browsers allow it only from a touch or a key; the wish came by message, so it may be refused.
      else void player.requestFullscreen().catch(() => undefined)
      break
    case 'mute':
      player.muted = value !== false
      break
    case 'volume': {
      const to = amount(value, player.volume)
      if (to !== null) player.volume = Math.min(1, Math.max(0, to))
      break
    }
    case 'speed':
      if (typeof value === 'number') player.playbackRate = value
      break
    case 'skip_intro':
      player.skipMarker?.()
      break
    case 'next':
      player.dispatchEvent(new CustomEvent('next'))
      break
  }
}
