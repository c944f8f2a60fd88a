// Derona's typed actions, carried out on the player. What is nonsense is refused with a reason; nothing is guessed.
import type { BitacaPlayer, Track } from './player'

/** Why an action was not done; told to the server, and to the viewer in words. */
export type Reason =
  | 'unknown-action' // not in the protocol
  | 'bad-value' // not of the action's type
  | 'out-of-range' // beyond the title, the volume or the speeds
  | 'no-player' // nothing plays on this page
  | 'no-title' // the title cannot be played here
  | 'no-track' // no audio or subtitle of that language
  | 'no-next'
  | 'nothing-to-skip'
  | 'gesture' // the browser wants a press first
  | 'unsupported' // this browser cannot
  | 'failed'

export type Result = { ok: true } | { ok: false; reason: Reason; again?: () => Promise<Result> }

/** Where titles are opened: in the player of the page, or on their own page. */
export interface Stage {
  readonly player: BitacaPlayer | null
  open(title: string, at_s: number | null): Promise<Result>
}

export const SPEEDS: readonly [number, number] = [0.5, 2]
export const TITLE = /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/
const DAY_S = 24 * 3600
/** What may open another title. */
export const OPENING: ReadonlySet<string> = new Set(['play', 'play_at', 'seek_scene'])
const DONE: Result = { ok: true }

const no = (reason: Reason): Result => ({ ok: false, reason })

type Doing = (player: BitacaPlayer, value: unknown, stage: Stage) => Result | Promise<Result>

const DOINGS: Record<string, Doing> = {
  resume: (player) => start(player),
  pause: (player) => {
    player.pause()
    return DONE
  },
  seek,
  quality,
  audio: (player, value) => {
    if (typeof value !== 'string' || !value) return no('bad-value')
    const found = value === 'original' ? player.audioTracks[0] : inLanguage(player.audioTracks, value)
    if (!found) return no('no-track')
    player.setAudio(found.id)
    return DONE
  },
  text: (player, value) => {
    if (value === null || value === 'off') {
      player.setText(null)
      return DONE
    }
    if (typeof value !== 'string' || !value) return no('bad-value')
    const found = inLanguage(player.textTracks, value)
    if (!found) return no('no-track')
    player.setText(found.id)
    return DONE
  },
  speed: (player, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return no('bad-value')
    if (value < SPEEDS[0] || value > SPEEDS[1]) return no('out-of-range')
    player.playbackRate = value
    return DONE
  },
  volume: (player, value) => {
    const to = amount(value, player.volume)
    if (to === null) return no('bad-value')
    if (!isRelative(value) && (to < 0 || to > 1)) return no('out-of-range')
    player.volume = Math.min(1, Math.max(0, to))
    if (to > 0) player.muted = false
    return DONE
  },
  mute: (player, value) => {
    if (value !== null && value !== undefined && typeof value !== 'boolean') return no('bad-value')
    player.muted = value !== false
    return DONE
  },
  fullscreen: async (player, value) => {
    if (value === false) {
      if (document.fullscreenElement) await document.exitFullscreen()
      return DONE
    }
    if (value !== true && value !== null && value !== undefined) return no('bad-value')
    return fullScreen(player)
  },
  cast,
  skip_intro: (player) => {
    const { currentTime: before } = player
    const between = Boolean(player.interstitial?.skippable)
    player.skipMarker?.()
    return between || player.currentTime > before + 0.25 ? DONE : no('nothing-to-skip')
  },
  next: (player, _value, stage) => {
    const following = player.dataset['next']
    if (following) return stage.open(following, null)
    if (!player.hasNext) return no('no-next')
    player.goNext?.()
    return DONE
  },
}

/** Carry out one action; never throws. */
export async function act(action: unknown, value: unknown, stage: Stage): Promise<Result> {
  try {
    if (typeof action === 'string' && OPENING.has(action)) return await play(value, stage)
    const doing = typeof action === 'string' && Object.hasOwn(DOINGS, action) ? DOINGS[action] : undefined
    if (!doing) return no('unknown-action')
    const { player } = stage
    // Before its script has come, the element is an empty box.
    if (!player || typeof player.seek !== 'function') return no('no-player')
    return await doing(player, value, stage)
  } catch {
    return no('failed') // the player has said why in its own words
  }
}

/** Play on, play a title, or a title from a position (what a scene that was found is, too; of several, the first). */
async function play(value: unknown, stage: Stage): Promise<Result> {
  const { player } = stage
  if (value === null || value === undefined) return player ? start(player) : no('no-player')
  const wanted = Array.isArray(value) ? value[0] : value
  const [title, at] = typeof wanted === 'string' ? [wanted, null] : moment(wanted, player?.dataset['title'])
  if (title === undefined || at === undefined) return no('bad-value')
  if (!TITLE.test(title)) return no('bad-value')
  if (at !== null && (at < 0 || at > DAY_S)) return no('out-of-range')
  if (!player || player.dataset['title'] !== title || typeof player.seek !== 'function') return stage.open(title, at)
  if (at !== null) {
    if (!within(player, at)) return no('out-of-range')
    player.seek(at)
  }
  return start(player)
}

/** Read `{title_id, position_s}` or `{title_id, start_s}`; without a title, the one that plays. */
function moment(value: unknown, playing: string | undefined): [string | undefined, number | null | undefined] {
  if (typeof value !== 'object' || value === null) return [undefined, undefined]
  const { title_id = playing, position_s, start_s } = value as Record<string, unknown>
  const at = position_s ?? start_s ?? null
  if (typeof title_id !== 'string') return [undefined, undefined]
  return [title_id, at === null || (typeof at === 'number' && Number.isFinite(at)) ? at : undefined]
}

async function start(player: BitacaPlayer): Promise<Result> {
  try {
    await player.play()
    return DONE
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === 'NotAllowedError') {
      return { ok: false, reason: 'gesture', again: () => start(player) }
    }
    return no('failed')
  }
}

function seek(player: BitacaPlayer, value: unknown): Result {
  const to = amount(value, player.currentTime)
  if (to === null) return no('bad-value')
  const end = Number.isFinite(player.duration) ? player.duration : Infinity
  // A step may be longer than what is left; a moment that is named has to be there.
  if (!isRelative(value) && !within(player, to)) return no('out-of-range')
  player.seek(Math.min(Math.max(0, to), end))
  return DONE
}

function within(player: BitacaPlayer, at: number): boolean {
  return at >= 0 && !(Number.isFinite(player.duration) && at > player.duration)
}

function quality(player: BitacaPlayer, value: unknown): Result {
  if (typeof value !== 'string') return no('bad-value')
  if (value === 'auto') {
    player.setQuality('auto')
    return DONE
  }
  const sorted = [...player.qualities].sort((a, b) => a.height - b.height)
  if (!sorted.length) return no('unsupported')
  const end = value === 'highest' ? sorted.at(-1) : value === 'lowest' ? sorted[0] : undefined
  if (!end && !/^\d{3,4}p$/.test(value)) return no('bad-value')
  // The player takes the best rung at or below a height, and remembers what was asked for.
  player.setQuality(end ? end.id : value)
  return DONE
}

async function fullScreen(player: BitacaPlayer): Promise<Result> {
  if (!document.fullscreenEnabled) return no('unsupported')
  try {
    await player.requestFullscreen()
    return DONE
  } catch {
    // Browsers allow it only soon after a press or a key.
    return navigator.userActivation?.isActive ? no('failed') : { ok: false, reason: 'gesture', again: () => fullScreen(player) }
  }
}

/** Ask the browser for a screen nearby (Remote Playback API); it lets the viewer choose one. */
async function cast(player: BitacaPlayer): Promise<Result> {
  const video = player.shadowRoot?.querySelector('video')
  if (!video?.remote || video.disableRemotePlayback) return no('unsupported')
  try {
    await video.remote.prompt()
    return DONE
  } catch (reason) {
    const name = reason instanceof DOMException ? reason.name : ''
    if (name === 'InvalidAccessError') return { ok: false, reason: 'gesture', again: () => cast(player) }
    // Nobody chose a screen, or there is none that plays this.
    return no(name === 'NotAllowedError' ? 'failed' : 'unsupported')
  }
}

function isRelative(value: unknown): boolean {
  return typeof (value as { relative?: unknown } | null)?.relative === 'number'
}

/** Read a number, `{absolute}` or `{relative}`; null for anything else. */
function amount(value: unknown, now: number): number | null {
  const { relative, absolute } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const to = typeof value === 'number' ? value : typeof relative === 'number' ? now + relative : absolute
  return typeof to === 'number' && Number.isFinite(to) ? to : null
}

function inLanguage(tracks: readonly Track[], language: string): Track | undefined {
  const wanted = language.toLowerCase()
  return (
    tracks.find((track) => (track.language ?? '').toLowerCase() === wanted) ??
    tracks.find((track) => (track.language ?? '').toLowerCase().split('-')[0] === wanted.split('-')[0]) ??
    tracks.find((track) => track.id === language)
  )
}
