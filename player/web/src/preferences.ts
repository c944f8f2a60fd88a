/** Choices remembered across titles in localStorage; a browser that forbids it plays with the defaults. */
const KEY = 'bitaca.player'

export interface Preferences {
  volume: number
  muted: boolean
  /** Height of the pinned rung, or 'auto'. Rung ids differ between titles, heights do not. */
  quality: 'auto' | number
  audioLanguage: string | null
  /** null: no subtitles; undefined: never chosen. */
  textLanguage: string | null | undefined
  rate: number
}

const DEFAULTS: Preferences = {
  volume: 1, muted: false, quality: 'auto', audioLanguage: null, textLanguage: undefined, rate: 1,
}

export function readPreferences(): Preferences {
  const preferences = { ...DEFAULTS }
  let stored: unknown
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? '{}')
  } catch {
    // Storage is forbidden here, or was written by something else.
    return preferences
  }
  if (typeof stored !== 'object' || stored === null) return preferences
  const { volume, muted, quality, audioLanguage, textLanguage } = stored as Record<string, unknown>
  if (typeof volume === 'number' && volume >= 0 && volume <= 1) preferences.volume = volume
  if (typeof muted === 'boolean') preferences.muted = muted
  if (quality === 'auto' || (typeof quality === 'number' && quality > 0)) preferences.quality = quality
  if (typeof audioLanguage === 'string') preferences.audioLanguage = audioLanguage
  if (typeof textLanguage === 'string' || textLanguage === null) preferences.textLanguage = textLanguage
  return preferences
}

export function writePreferences(preferences: Preferences): void {
  const { volume, muted, quality, audioLanguage, textLanguage } = preferences
  try {
    localStorage.setItem(KEY, JSON.stringify({ volume, muted, quality, audioLanguage, textLanguage }))
  } catch {
    // Storage is full or forbidden: the choice holds for this title only.
  }
}
