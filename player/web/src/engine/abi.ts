/**
 * The session's border: messages as bytes, both ways. The layout is documented in `player/wasm/src/wire.rs`;
 * the lists below follow `player/core/src/session/messages.rs` in order.
 */
import type {
  AppendError, Cipher, ErrorCategory, FailReason, FetchKind, FetchOutput, Input, Output, Picture, TrackKind,
} from './messages'

interface Exports {
  memory: WebAssembly.Memory
  alloc(len: number): number
  free(ptr: number, len: number): void
  result_len(): number
  session_new(): number
  session_handle(handle: number, ptr: number, len: number): number
  session_poll(handle: number): number
  session_free(handle: number): void
}

const TRACKS: readonly TrackKind[] = ['video', 'audio', 'text']
const KINDS: readonly FetchKind[] = [
  'manifest', 'playlist', 'init', 'segment', 'text', 'sidecar', 'data', 'index', 'clock', 'clockHead',
  'steering', 'key', 'licence', 'certificate',
]
const FAIL_REASONS: readonly FailReason[] = ['network', 'http', 'timeout', 'expired', 'aborted', 'decrypt', 'tooLarge']
const APPEND_ERRORS: readonly AppendError[] = ['quota', 'decode', 'closed']
const KEY_STATUSES: readonly MediaKeyStatus[] = [
  'usable', 'expired', 'released', 'output-restricted', 'output-downscaled', 'usable-in-future', 'status-pending',
  'internal-error',
]
const CHOICES = ['quality', 'audio', 'text', 'view'] as const
const CATEGORIES: readonly ErrorCategory[] = ['network', 'media', 'manifest', 'drm', 'platform']
const RULES = ['bola', 'throughput'] as const
const REASONS = [
  'startup', 'throughput', 'buffer', 'low-buffer', 'steady', 'abandoned', 'chosen', 'viewport', 'failed',
] as const
const ABSENT = 255

export class Session {
  private readonly core: Exports
  private readonly handle_: number
  private readonly writer = new Writer()
  private readonly reader = new Reader()
  /** A buffer in the core's memory, for inputs. */
  private input = { ptr: 0, size: 0 }

  constructor(instance: WebAssembly.Instance) {
    this.core = instance.exports as unknown as Exports
    this.handle_ = this.core.session_new()
  }

  /** Lays the rest of the core over it. Throws a LinkError where that is of another build. */
  add(rest: WebAssembly.Module): void {
    new WebAssembly.Instance(rest, { '': this.core as unknown as WebAssembly.ModuleImports })
  }

  /** Gives the session one input. Throws where it is no input: that is a fault of the host. */
  handle(input: Input): void {
    const to = this.writer
    to.begin()
    to.integer(input.now)
    writeInput(to, input)
    const { bytes } = to
    if (this.input.size < bytes.length) this.grow(bytes.length)
    new Uint8Array(this.core.memory.buffer, this.input.ptr, bytes.length).set(bytes)
    if (!this.core.session_handle(this.handle_, this.input.ptr, bytes.length)) {
      throw new TypeError(`not an input: ${input.t}`)
    }
  }

  /** The next output, null when there is none until the next input. */
  poll(): Output | null {
    const ptr = this.core.session_poll(this.handle_)
    const length = this.core.result_len()
    if (length === 0) return null
    this.reader.begin(this.core.memory.buffer, ptr)
    return readOutput(this.reader)
  }

  /** Gives the session's memory back; the object must not be used afterwards. */
  free(): void {
    this.core.session_free(this.handle_)
    if (this.input.size) this.core.free(this.input.ptr, this.input.size)
    this.input = { ptr: 0, size: 0 }
  }

  private grow(least: number): void {
    const size = Math.max(4096, 2 ** Math.ceil(Math.log2(least)))
    if (this.input.size) this.core.free(this.input.ptr, this.input.size)
    const ptr = this.core.alloc(size)
    if (!ptr) throw new RangeError(`no memory for a message of ${least} bytes`)
    this.input = { ptr, size }
  }
}

function writeInput(to: Writer, input: Input): void {
  switch (input.t) {
    case 'open': {
      const { prefs, config } = input
      to.u8(0)
      to.text(input.url)
      to.integer(input.startUs)
      to.text(prefs.audioLang ?? '')
      to.u8(prefs.textLang === undefined ? 0 : prefs.textLang === null ? 1 : 2)
      to.text(prefs.textLang ?? '')
      to.text(prefs.quality ?? 'auto')
      to.u32(prefs.maxHeight ?? 0)
      to.u8(RULES.indexOf(config?.rule ?? 'bola'))
      to.integer(config?.bufferGoalUs ?? 0)
      to.integer(input.wallUs)
      return
    }
    case 'supported':
      to.u8(1)
      to.u32(input.mimes.length)
      for (const accepted of input.mimes) to.flag(accepted)
      return
    case 'response':
      to.u8(2)
      to.u32(input.id)
      to.text(input.url)
      return
    case 'progress':
      to.u8(3)
      to.u32(input.id)
      to.integer(input.bytes)
      return
    case 'done':
      to.u8(4)
      to.u32(input.id)
      to.integer(input.bytes)
      to.blob(input.body ?? EMPTY)
      return
    case 'failed':
      to.u8(5)
      to.u32(input.id)
      to.u32(input.status)
      to.u8(FAIL_REASONS.indexOf(input.reason))
      to.integer(input.retryAfterUs ?? 0)
      return
    case 'appended':
      to.u8(6)
      to.u32(input.id)
      to.u8(TRACKS.indexOf(input.track))
      to.u8(input.error ? APPEND_ERRORS.indexOf(input.error) : ABSENT)
      return
    case 'removed':
      to.u8(7)
      to.u8(TRACKS.indexOf(input.track))
      return
    case 'buffered':
      to.u8(8)
      to.u8(TRACKS.indexOf(input.track))
      to.u32(input.ranges.length >> 1)
      for (const bound of input.ranges) to.integer(bound)
      return
    case 'playhead':
      to.u8(9)
      to.integer(input.positionUs)
      to.u32(Math.max(0, Math.round(input.rate * 1000)))
      to.flag(input.paused)
      to.flag(input.waiting)
      return
    case 'viewport':
      to.u8(10)
      to.u32(Math.max(0, Math.round(input.width)))
      to.u32(Math.max(0, Math.round(input.height)))
      return
    case 'choose':
      to.u8(11)
      to.u8(CHOICES.indexOf(input.what))
      to.flag(input.id !== null)
      to.text(input.id ?? '')
      return
    case 'seek':
      to.u8(12)
      to.integer(input.positionUs)
      return
    case 'decode':
      to.u8(13)
      to.integer(input.decoded)
      to.integer(input.dropped)
      return
    case 'renew':
      to.u8(14)
      to.text(input.url)
      return
    case 'tick':
      to.u8(15)
      return
    case 'online':
      to.u8(16)
      to.flag(input.online)
      return
    case 'head':
      to.u8(17)
      to.u32(input.id)
      to.blob(input.bytes)
      return
    case 'preview':
      to.u8(18)
      to.integer(input.positionUs)
      return
    case 'display':
      to.u8(19)
      to.flag(input.hdr)
      to.u8(input.speakers)
      return
    case 'interstitialOver':
      to.u8(20)
      to.text(input.id)
      to.integer(input.playedUs)
      return
    case 'playback':
      to.u8(27)
      to.text(input.id)
      return
    case 'keyServers':
      to.u8(21)
      to.u32(input.servers.length)
      for (const server of input.servers) {
        for (const word of [server.system, server.licence, server.certificate, server.robustness, server.labels]) to.text(word)
      }
      return
    case 'keySystem':
      to.u8(22)
      to.u8(input.chosen ?? ABSENT)
      to.text(input.robustness)
      to.u8(input.hdcp)
      return
    case 'keyMessage':
      to.u8(23)
      to.u32(input.session)
      to.flag(input.failed)
      return
    case 'keyStatuses':
      to.u8(24)
      to.u32(input.session)
      to.u32(input.keys.length)
      for (const { kid, status } of input.keys) {
        to.block(kid)
        to.u8(Math.max(0, KEY_STATUSES.indexOf(status)))
      }
      return
    case 'encrypted':
      to.u8(25)
      to.text(input.dataType)
      to.blob(input.data)
      return
    case 'media':
      to.u8(26)
      to.u32(input.id)
      to.text(input.mime)
      to.flag(input.playable)
      to.integer(input.startUs)
  }
}

function readOutput(from: Reader): Output {
  const tag = from.u8()
  switch (tag) {
    case 0:
      return { t: 'probe', mimes: from.list(() => from.text()) }
    case 1:
      return {
        t: 'fetch', id: from.u32(), kind: from.word(KINDS), track: TRACKS[from.u8()] ?? null, url: from.text(),
        rangeStart: from.integer(), rangeEnd: from.integer(), priority: from.u8() as 0 | 1 | 2,
        timeoutUs: from.integer(), read: from.u8() !== 0, noStore: from.u8() !== 0, cipher: readCipher(from), ...readConversion(from),
      }
    case 2:
      return { t: 'abort', id: from.u32() }
    case 3:
      return {
        t: 'setup', durationUs: from.integer(),
        tracks: from.list(() => ({ track: from.word(TRACKS), mime: from.text() })),
      }
    case 4:
      return {
        t: 'append', id: from.u32(), track: from.word(TRACKS), offsetUs: from.integer(), fromUs: from.integer(),
        untilUs: from.integer(),
      }
    case 5:
      return { t: 'changeType', track: from.word(TRACKS), mime: from.text() }
    case 6:
      return { t: 'remove', track: from.word(TRACKS), startUs: from.integer(), endUs: from.integer() }
    case 7:
      return { t: 'seekTo', positionUs: from.integer(), reason: from.u8() ? 'gap' : 'start' }
    case 8:
      return { t: 'eos' }
    case 9:
      return readTracks(from)
    case 10:
      return {
        t: 'quality', id: from.text(), auto: from.u8() !== 0, reason: from.word(REASONS), height: from.u32(),
        bitrate: from.integer(),
      }
    case 11: {
      const word = from.word(CHOICES)
      const what = word === 'quality' ? 'text' : word
      const chosen = from.u8() !== 0
      const id = from.text()
      return { t: 'track', what, id: chosen ? id : null }
    }
    case 12:
      return {
        t: 'cues', id: from.text(),
        cues: from.list(() => ({
          startUs: from.integer(), endUs: from.integer(), text: from.text(), settings: from.text(),
        })),
      }
    case 13:
      return { t: 'sidecar', json: from.text() }
    case 14:
      return {
        t: 'stats', throughputBps: from.integer(), bufferUs: from.integer(), rungId: from.text(),
        reason: from.word(REASONS), switches: from.u32(), stalls: from.u32(),
      }
    case 15:
      return { t: 'expired' }
    case 16:
      return {
        t: 'error', code: from.u32(), category: from.word(CATEGORIES),
        severity: from.u8() ? 'fatal' : 'recoverable', data: from.text(),
      }
    case 17:
      return { t: 'wake', atUs: from.integer() }
    case 18:
      return {
        t: 'window', startUs: from.integer(), endUs: from.integer(), liveUs: from.integer(), live: from.u8() !== 0,
      }
    case 19:
      return {
        t: 'dateRange', id: from.text(), class: from.text(), startUs: from.integer(), endUs: from.integer(),
        cue: from.text(), attributes: Object.fromEntries(from.list(() => [from.text(), from.text()] as const)),
      }
    case 20:
      return {
        t: 'preview', positionUs: from.integer(), startUs: from.integer(), endUs: from.integer(), url: from.text(),
        rangeStart: from.integer(), rangeEnd: from.integer(), picture: readPicture(from),
      }
    case 21:
      return { t: 'sessionData', id: from.text(), language: from.text(), value: from.text() }
    case 22:
      return { t: 'wallClock', positionUs: from.integer(), wallUs: from.integer() }
    case 23:
      return {
        t: 'interstitial', id: from.text(), startUs: from.integer(),
        assets: from.list(() => ({ url: from.text(), durationUs: from.integer() })), limitUs: from.integer(),
        skippable: from.u8() !== 0,
      }
    case 24:
      return { t: 'interstitialOver', id: from.text(), resumeUs: from.integer() }
    case 25: {
      const [scheme, value] = [from.text(), from.text()]
      const id = from.integer()
      return {
        t: 'event', scheme, value, id: id < 0 ? null : id, startUs: from.integer(), endUs: from.integer(), data: from.blob(),
      }
    }
    case 26:
      return { t: 'rate', rate: from.u32() / 1000 }
    case 27:
      return { t: 'next', url: from.text(), fallback: from.u8() !== 0, startUs: from.integer() }
    case 28:
      return {
        t: 'keySystems',
        queries: from.list(() => ({
          name: from.text(), scheme: from.text(), robustness: from.text(), video: from.list(() => from.text()),
          audio: from.list(() => from.text()),
        })),
      }
    case 29:
      return { t: 'keySession', number: from.u32(), dataType: from.text(), data: from.blob(), raw: from.u8() !== 0 }
    case 30:
      return { t: 'endKeySession', number: from.u32() }
    case 31:
      return { t: 'subtitles', id: from.text(), offsetUs: from.integer(), init: from.blob(), body: from.blob() }
    default:
      throw new RangeError(`unknown output ${tag}: player.wasm and the script are of different releases`)
  }
}

function readCipher(from: Reader): Cipher | null {
  const key = from.u32()
  return key === 0 ? null : { key, iv: from.block() }
}

/** How a body is converted, and whether captions are inside. */
function readConversion(from: Reader): Pick<FetchOutput, 'convert' | 'captions'> {
  const flags = from.u8()
  const near = from.integer()
  const [video, audio] = [(flags & 1) !== 0, (flags & 2) !== 0]
  const nearUs = flags & 4 ? near : null
  return { convert: video || audio ? { video, audio, nearUs } : null, captions: (flags & 8) !== 0 }
}

function readTracks(from: Reader): Output {
  const qualities = from.list(() => ({
    id: from.text(), width: from.u32(), height: from.u32(), bitrate: from.integer(), codecs: from.text(),
    frameRate: from.u32() / 1000,
  }))
  const rows = () => from.list(() => ({
    id: from.text(), language: from.text(), label: from.text(), channels: from.u32(), forced: from.u8() !== 0,
    selected: from.u8() !== 0, roles: from.u32(), group: from.text(), channel: from.text(),
  }))
  const audio = rows().map(({ forced: _, channel: __, ...row }) => row)
  const text = rows().map(({ channels: _, ...row }) => row)
  const views = rows().map(({ id, label, selected }) => ({ id, label, selected }))
  return { t: 'tracks', qualities, audio, text, views }
}

function readPicture(from: Reader): Picture {
  if (from.u8() === 0) {
    return {
      form: 'tile', columns: from.u32(), rows: from.u32(), number: from.u32(), width: from.u32(), height: from.u32(),
    }
  }
  return {
    form: 'frame', mime: from.text(), init: from.text(), initStart: from.integer(), initEnd: from.integer(),
  }
}

const EMPTY = new Uint8Array(0)
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Writes a message into memory of its own, which grows as needed and is used again. */
class Writer {
  private view = new DataView(new ArrayBuffer(1024))
  private at = 0

  begin(): void {
    this.at = 0
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, 0, this.at)
  }

  u8(value: number): void {
    this.view.setUint8(this.room(1), value)
  }

  flag(value: boolean): void {
    this.u8(value ? 1 : 0)
  }

  u32(value: number): void {
    this.view.setUint32(this.room(4), value, true)
  }

  integer(value: number): void {
    this.view.setFloat64(this.room(8), Math.round(value), true)
  }

  text(text: string): void {
    this.blob(encoder.encode(text))
  }

  /** Sixteen bytes, whatever there is. */
  block(bytes: Uint8Array): void {
    for (let at = 0; at < 16; at++) this.u8(bytes[at] ?? 0)
  }

  blob(bytes: Uint8Array): void {
    this.u32(bytes.length)
    const start = this.room(bytes.length)
    new Uint8Array(this.view.buffer).set(bytes, start)
  }

  /** Where the next `count` bytes go. */
  private room(count: number): number {
    const start = this.at
    this.at += count
    if (this.at > this.view.byteLength) {
      const larger = new Uint8Array(Math.max(this.at, 2 * this.view.byteLength))
      larger.set(new Uint8Array(this.view.buffer, 0, start))
      this.view = new DataView(larger.buffer)
    }
    return start
  }
}

/** Reads a message out of the core's memory. */
class Reader {
  private view = new DataView(new ArrayBuffer(0))
  private at = 0

  begin(memory: ArrayBuffer, start: number): void {
    // Growing memory leaves the old buffer behind; a view of it is made anew only then.
    if (this.view.buffer !== memory) this.view = new DataView(memory)
    this.at = start
  }

  u8(): number {
    return this.view.getUint8(this.at++)
  }

  u32(): number {
    const value = this.view.getUint32(this.at, true)
    this.at += 4
    return value
  }

  integer(): number {
    const value = this.view.getFloat64(this.at, true)
    this.at += 8
    return value
  }

  /** A copy of a vector. */
  block(): Uint8Array<ArrayBuffer> {
    const block = new Uint8Array(this.view.buffer as ArrayBuffer, this.at, 16).slice()
    this.at += 16
    return block
  }

  text(): string {
    return decoder.decode(this.bytes())
  }

  /** A copy: memory goes on to be used. */
  blob(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes())
  }

  private bytes(): Uint8Array {
    const length = this.u32()
    const bytes = new Uint8Array(this.view.buffer, this.at, length)
    this.at += length
    return bytes
  }

  word<T extends string>(words: readonly T[]): T {
    const number = this.u8()
    const word = words[number]
    if (word === undefined) throw new RangeError(`unknown word ${number}`)
    return word
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read)
  }
}
