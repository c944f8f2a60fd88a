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

export type FailReason = 'network' | 'http' | 'timeout' | 'expired' | 'aborted' | 'decrypt' | 'tooLarge'
export type AppendError = 'quota' | 'decode' | 'closed'

export type Input = { now: number } & InputBody
export type InputBody =
  | { t: 'open'; url: string; startUs: number; wallUs: number; caps: Capabilities; prefs: Wishes; config?: SessionConfig }
  | { t: 'response'; id: number; status: number; url: string }
  | { t: 'progress'; id: number; bytes: number }
  | { t: 'done'; id: number; bytes: number; body?: Uint8Array }
  | { t: 'failed'; id: number; status: number; reason: FailReason; retryAfterUs?: number }
  | { t: 'appended'; id: number; track: TrackKind; error?: AppendError }
  | { t: 'removed'; track: TrackKind }
  | { t: 'buffered'; track: TrackKind; ranges: number[] }
  | { t: 'playhead'; positionUs: number; rate: number; paused: boolean; waiting: boolean }
  | { t: 'viewport'; width: number; height: number }
  | { t: 'choose'; what: 'quality' | 'audio' | 'text' | 'view'; id: string | null }
  | { t: 'seek'; positionUs: number }
  | { t: 'decode'; decoded: number; dropped: number }
  | { t: 'supported'; mimes: boolean[] }
  | { t: 'renew'; url: string }
  | { t: 'tick' }
  | { t: 'online'; online: boolean }
  | { t: 'head'; id: number; bytes: Uint8Array }
  | { t: 'media'; id: number; mime: string; playable: boolean; startUs: number }
  | { t: 'preview'; positionUs: number }
  /** What screen and loudspeakers can: channels that are decoded and heard apart. */
  | { t: 'display'; hdr: boolean; speakers: number }
  | { t: 'interstitialOver'; id: string; playedUs: number }
  /** What this playback is called towards servers of interstitials. */
  | { t: 'playback'; id: string }
  | { t: 'keyServers'; servers: KeyServer[] }
  | { t: 'keySystem'; chosen: number | null; robustness: string; hdcp: number }
  | { t: 'keyMessage'; session: number; failed: boolean }
  | { t: 'keyStatuses'; session: number; keys: { kid: Uint8Array; status: MediaKeyStatus }[] }
  | { t: 'encrypted'; dataType: string; data: Uint8Array }

export type FetchKind =
  | 'manifest' | 'playlist' | 'init' | 'segment' | 'text' | 'sidecar' | 'data' | 'index' | 'clock' | 'clockHead'
  | 'steering' | 'key' | 'licence' | 'certificate'
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
  /** What it is for, as flags: `ROLES`. */
  roles: number
  /** What several of them have in common. */
  group: string
}
export interface TextChoice {
  id: string
  language: string
  label: string
  forced: boolean
  selected: boolean
  roles: number
  group: string
  /** Of closed captions: `CC1`, `SERVICE1`; else empty. */
  channel: string
}
/** Another view of the same moment: a camera, an angle. */
export interface ViewChoice {
  id: string
  label: string
  selected: boolean
}
/** Bits of `roles`, as in `RoleFlags` of the core. */
export const ROLES = { commentary: 8, caption: 32, description: 64, easy: 128 } as const
/** A picture of a moment: one tile of a picture file, or a frame to be decoded. */
export type Picture =
  | { form: 'tile'; columns: number; rows: number; number: number; width: number; height: number }
  | { form: 'frame'; mime: string; init: string; initStart: number; initEnd: number }
export type PreviewOutput = {
  t: 'preview'
  positionUs: number
  startUs: number
  endUs: number
  url: string
  rangeStart: number
  rangeEnd: number
  picture: Picture
}
/** Playback stops for these, one after another. */
export type InterstitialOutput = {
  t: 'interstitial'
  id: string
  startUs: number
  assets: { url: string; durationUs: number }[]
  limitUs: number
  skippable: boolean
}
export interface CueData {
  startUs: number
  endUs: number
  text: string
  settings?: string
}

/** How a body is turned into fragmented MP4 before it is appended. */
export interface Conversion {
  video: boolean
  audio: boolean
  /** Media time near which it begins; null while that is not known. */
  nearUs: number | null
}

/** What a subtitle file or a stretch of captions holds. Lengths and enumerations: `player/core/src/text/json.rs`. */
export interface TextDocument {
  cues: TypedCue[]
  regions?: TextRegion[]
  /** WebVTT style sheets. */
  styles?: string[]
  reverse?: 1
}
export interface TypedCue {
  start: number
  end: number
  id?: string
  text: string
  settings?: string
  forced?: 1
  look?: CueLook
}
export interface CueLook {
  layer?: number
  region?: number
  x?: number
  y?: number
  ax?: number
  ay?: number
  w?: number
  h?: number
  line?: number
  align?: number
  writing?: number
  wrap?: number
  fixed?: 1
  box?: string
  runs?: TextRun[]
  moves?: TextMotion[]
  clip?: { inverse?: 1; rect?: number[]; path?: number }
  paths?: { d: string; base?: number }[]
}
export interface TextStyle {
  b?: 1
  i?: 1
  u?: 1
  s?: 1
  hidden?: 1
  flash?: 1
  c?: string
  unsung?: string
  bg?: string
  oc?: string
  sc?: string
  o?: number
  shadow?: number[]
  blur?: number
  size?: number
  scale?: number[]
  space?: number
  angles?: number[]
  shear?: number[]
  font?: string
  class?: string
  voice?: string
  lang?: string
  ruby?: number
  k?: number[]
  draw?: number
}
export type TextRun = TextStyle & { t: string }
export interface TextMotion {
  at?: number[]
  move?: number[]
  fade?: number[]
  run?: number
  power?: number
  fields?: number
  to?: TextStyle
  clip?: number[]
  origin?: number[]
}
export interface TextRegion {
  id?: string
  at: number[]
  w: number
  h?: number
  lines?: number
  ay?: number
  layer?: number
  bg?: string
  always?: 1
  pad?: number[]
  scroll?: 1
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
  /** The answer must not be kept in a cache. */
  noStore: boolean
  /** How the body is decrypted (AES-128, CBC); of a key, the number under which it is kept. */
  cipher: Cipher | null
  /** It is a transport stream or packed audio. */
  convert: Conversion | null
  /** Closed captions are inside. */
  captions: boolean
}

/** What the page says about the server of a key system; an empty name stands for any. */
export interface KeyServer {
  system: string
  licence: string
  certificate: string
  robustness: string
  labels: string
}

/** Begin a key session. */
export type KeySessionOutput = {
  t: 'keySession'
  number: number
  /** `cenc`, `keyids` or `skd`. */
  dataType: string
  data: Uint8Array<ArrayBuffer>
  /** The licence server answers with the key itself, by a plain request. */
  raw: boolean
}

/** A key system that would do. */
export interface KeySystemQuery {
  name: string
  /** `cenc` or `cbcs`, empty where it is not known. */
  scheme: string
  robustness: string
  video: string[]
  audio: string[]
}

export interface Cipher {
  key: number
  iv: Uint8Array<ArrayBuffer>
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
  | { t: 'append'; id: number; track: TrackKind; offsetUs: number; fromUs: number; untilUs: number }
  | { t: 'changeType'; track: TrackKind; mime: string }
  | { t: 'remove'; track: TrackKind; startUs: number; endUs: number }
  | { t: 'seekTo'; positionUs: number; reason: 'start' | 'gap' | 'user' }
  | { t: 'eos' }
  | { t: 'tracks'; qualities: Quality[]; audio: AudioChoice[]; text: TextChoice[]; views: ViewChoice[] }
  | { t: 'quality'; id: string; auto: boolean; reason: string; height: number; bitrate: number }
  | { t: 'track'; what: 'audio' | 'text' | 'view'; id: string | null }
  | { t: 'cues'; id: string; cues: CueData[] }
  | { t: 'subtitles'; id: string; offsetUs: number; init: Uint8Array; body: Uint8Array }
  /** From the host: what was read of subtitles (by their id) or closed captions (by their channel). */
  | { t: 'documents'; id: string; documents: TextDocument[] }
  /** From the host: the script that the page asked for under this id; without documents it says why there are none. */
  | { t: 'script'; id: string; documents: TextDocument[] | null; why: string }
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
  | PreviewOutput
  | { t: 'sessionData'; id: string; language: string; value: string }
  | { t: 'wallClock'; positionUs: number; wallUs: number }
  | InterstitialOutput
  | { t: 'interstitialOver'; id: string; resumeUs: number }
  | {
      t: 'event'
      scheme: string
      value: string
      id: number | null
      startUs: number
      endUs: number
      data: Uint8Array
    }
  | { t: 'rate'; rate: number }
  | { t: 'next'; url: string; fallback: boolean; startUs: number }
  | { t: 'keySystems'; queries: KeySystemQuery[] }
  | KeySessionOutput
  | { t: 'endKeySession'; number: number }
