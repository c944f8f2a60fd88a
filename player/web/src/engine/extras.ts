/** Adapts `extras.wasm`: transport streams and packed audio into fragmented MP4, and closed captions into cues. */
import type { Conversion, TextDocument, TrackKind } from './messages'
import { head, sized, type Module } from './modules'

/** Bytes that are converted in one go: a few milliseconds of work. */
const SLICE = 128 * 1024
/** On the page the picture must not stand still for longer than this. */
const LONGEST_TURN_MS = 8

/** Captions of one picture: media time and triplets of `cc_data`. */
export interface SpokenPicture {
  atUs: number
  triplets: Uint8Array
}

/** What came out of a piece of a segment. */
export interface Converted {
  /** At the beginning, and where the configuration changes. */
  begins?: { mime: string; startUs: number }
  bytes: Uint8Array<ArrayBuffer>[]
  captions: SpokenPicture[]
}

/** The conversions of a page: one stream of segments for each track. */
export class Converter {
  private readonly streams = new Map<TrackKind, { handle: number; turn: number }>()

  constructor(private readonly module: Module) {}

  /** Another segment of a track; what was begun before it is over. */
  begin(track: TrackKind, { video, audio, nearUs }: Conversion): Segment {
    const stream = this.streams.get(track) ?? { handle: open(this.module, 0), turn: 0 }
    this.streams.set(track, stream)
    stream.turn++
    const flags = (video ? 1 : 0) | (audio ? 2 : 0) | (nearUs === null ? 0 : 4)
    this.module.call(head(1, ['u32', stream.handle], ['u8', flags], ['f64', nearUs ?? 0]))
    return new Segment(this.module, stream, stream.turn)
  }
}

/** One segment on its way through. */
export class Segment {
  /** What the first bytes look like: nothing that could be converted, as far as anybody can tell. */
  private first: number | null = null
  private worked = performance.now()

  constructor(
    private readonly module: Module,
    private readonly stream: { handle: number; turn: number },
    private readonly turn: number,
  ) {}

  /** Whether it began as a transport stream, an ID3 tag or audio frames do. */
  get plausible(): boolean {
    return this.first === null || [0x47, 0x49, 0xff, 0x0b, 0x56].includes(this.first)
  }

  /** Takes bytes as they come; gives way to the page in between. */
  async *push(bytes: Uint8Array): AsyncGenerator<Converted> {
    this.first ??= bytes[0] ?? null
    for (let at = 0; at < bytes.length; at += SLICE) {
      if (typeof document !== 'undefined' && performance.now() - this.worked > LONGEST_TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve))
        this.worked = performance.now()
      }
      if (this.turn !== this.stream.turn) return
      yield pieces(this.module.call(head(2, ['u32', this.stream.handle]), bytes.subarray(at, at + SLICE)))
    }
  }

  /** What was held back until the end. */
  finish(): Converted {
    if (this.turn !== this.stream.turn) return { bytes: [], captions: [] }
    return pieces(this.module.call(head(3, ['u32', this.stream.handle])))
  }
}

/** Captions inside fragmented MP4. */
export function spokenInside(module: Module, init: Uint8Array, media: Uint8Array): SpokenPicture[] {
  return pieces(module.call(head(9), ...sized(init), ...sized(media))).captions
}

/** Turns what pictures say into cues of each channel. */
export class Captioner {
  private readonly handle: number
  private lastUs = Number.NEGATIVE_INFINITY

  constructor(private readonly module: Module) {
    this.handle = open(module, 5)
  }

  /** The pictures of a segment, by time; `offsetUs` is added to their times. */
  hear(pictures: readonly SpokenPicture[], offsetUs: number): Record<string, TextDocument> {
    const [first] = pictures
    if (!first) return {}
    const apart = first.atUs + offsetUs - this.lastUs
    // After a jump what was on screen is not any more.
    if (apart < 0 || apart > 2e6) this.module.call(head(8, ['u32', this.handle]))
    for (const { atUs, triplets } of pictures) {
      this.lastUs = atUs + offsetUs
      this.module.call(head(6, ['u32', this.handle], ['f64', this.lastUs]), triplets)
    }
    const json = this.module.call(head(7, ['u32', this.handle], ['f64', this.lastUs]))
    return JSON.parse(new TextDecoder().decode(json)) as Record<string, TextDocument>
  }
}

function open(module: Module, tag: number): number {
  const answer = module.call(head(tag))
  return new DataView(answer.buffer, answer.byteOffset).getUint32(0, true)
}

/** Reads an answer; what is kept of it is copied out of the module's memory. */
function pieces(answer: Uint8Array<ArrayBuffer>): Converted {
  const found: Converted = { bytes: [], captions: [] }
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length)
  let at = 0
  const u32 = () => view.getUint32((at += 4) - 4, true)
  const f64 = () => view.getFloat64((at += 8) - 8, true)
  const blob = () => {
    const length = u32()
    return answer.slice(at, (at += length))
  }
  while (at < answer.length) {
    const tag = view.getUint8(at++)
    if (tag === 0) {
      const mime = new TextDecoder().decode(blob())
      at += 8
      const startUs = f64()
      found.begins ??= { mime, startUs }
      found.bytes.push(blob())
    } else if (tag === 1) found.bytes.push(blob())
    else if (tag === 4) at += 16
    else {
      const atUs = f64()
      const triplets = blob()
      if (tag === 2) found.captions.push({ atUs, triplets })
    }
  }
  return found
}
