/**
 * What the session (Rust) and its host (this shell) say to each other.
 *
 * Times are integers in microseconds, rates integers in bits per second. The session decides, the host does:
 * no rule about bitrates, retries or buffers lives outside the session.
 */
export type TrackKind = 'video' | 'audio' | 'text'

export interface Capabilities {
  /** MIME types with codecs that the browser accepts. */
  mime: string[]
}

export interface Wishes {
  audioLang?: string
  /** null: no subtitles. */
  textLang?: string | null
  /** A rung's id, or 'auto'. */
  quality?: string
  maxHeight?: number
}

export interface SessionConfig {
  rule?: 'bola' | 'throughput'
  bufferGoalUs?: number
}

export type FailReason = 'network' | 'http' | 'timeout' | 'expired' | 'aborted'
export type AppendError = 'quota' | 'decode' | 'closed'

export type Input = { now: number } & InputBody
export type InputBody =
  | { t: 'open'; url: string; startUs: number; caps: Capabilities; prefs: Wishes; config?: SessionConfig }
  | { t: 'response'; id: number; status: number; url: string }
  | { t: 'progress'; id: number; bytes: number }
  | { t: 'done'; id: number; bytes: number; body?: Uint8Array }
  | { t: 'failed'; id: number; status: number; reason: FailReason; retryAfterUs?: number }
  | { t: 'appended'; id: number; track: TrackKind; error?: AppendError }
  | { t: 'removed'; track: TrackKind }
  | { t: 'buffered'; track: TrackKind; ranges: number[] }
  | { t: 'playhead'; positionUs: number; rate: number; paused: boolean; waiting: boolean }
  | { t: 'viewport'; width: number; height: number }
  | { t: 'choose'; what: 'quality' | 'audio' | 'text'; id: string | null }
  | { t: 'seek'; positionUs: number }
  | { t: 'decode'; decoded: number; dropped: number }
  | { t: 'supported'; mimes: boolean[] }
  | { t: 'renew'; url: string }
  | { t: 'tick' }
  | { t: 'online'; online: boolean }
  | { t: 'head'; id: number; bytes: Uint8Array }

export type FetchKind = 'manifest' | 'playlist' | 'init' | 'segment' | 'text' | 'sidecar'
export type ErrorCategory = 'network' | 'media' | 'manifest' | 'drm' | 'platform'

export interface Quality {
  id: string
  width: number
  height: number
  bitrate: number
  codecs: string
  frameRate: number
}
export interface AudioChoice {
  id: string
  language: string
  label: string
  channels: number
  selected: boolean
}
export interface TextChoice {
  id: string
  language: string
  label: string
  forced: boolean
  selected: boolean
}
export interface CueData {
  startUs: number
  endUs: number
  text: string
  settings?: string
}

export type FetchOutput = {
  t: 'fetch'
  id: number
  kind: FetchKind
  track: TrackKind | null
  url: string
  rangeStart: number
  rangeEnd: number
  priority: 0 | 1 | 2
  timeoutUs: number
  /** The session reads it too: an init's body comes back with `done`, a segment's beginning with `head`. */
  read: boolean
}

/** The stretch in which the viewer may move, of a presentation that grows. */
export interface LiveWindow {
  startUs: number
  endUs: number
  /** Where "live" is: as close to the end as is safe. */
  liveUs: number
  live: boolean
}

export type Output =
  | { t: 'probe'; mimes: string[] }
  | FetchOutput
  | { t: 'abort'; id: number }
  | { t: 'setup'; durationUs: number; tracks: { track: TrackKind; mime: string }[] }
  | { t: 'append'; id: number; track: TrackKind; offsetUs: number }
  | { t: 'changeType'; track: TrackKind; mime: string }
  | { t: 'remove'; track: TrackKind; startUs: number; endUs: number }
  | { t: 'seekTo'; positionUs: number; reason: 'start' | 'gap' | 'user' }
  | { t: 'eos' }
  | { t: 'tracks'; qualities: Quality[]; audio: AudioChoice[]; text: TextChoice[] }
  | { t: 'quality'; id: string; auto: boolean; reason: string; height: number; bitrate: number }
  | { t: 'track'; what: 'audio' | 'text'; id: string | null }
  | { t: 'cues'; id: string; cues: CueData[] }
  | { t: 'sidecar'; json: string }
  | {
      t: 'stats'
      throughputBps: number
      bufferUs: number
      rungId: string
      reason: string
      switches: number
      stalls: number
    }
  | { t: 'expired' }
  | { t: 'error'; code: number; category: ErrorCategory; severity: 'fatal' | 'recoverable'; data: string }
  | { t: 'wake'; atUs: number }
  | ({ t: 'window' } & LiveWindow)
  | {
      t: 'dateRange'
      id: string
      class: string
      startUs: number
      endUs: number
      cue: string
      attributes: Record<string, string>
    }
