/**
 * Pictures of moments that are not being played: cut out of a picture of several, or a frame decoded in a video of
 * its own that nobody sees. The session says which; here it is fetched and drawn.
 */
import { mediaSourceType } from './engine/media-source'
import type { Picture, PreviewOutput } from './engine/messages'
import { PICTURE_BYTES, wholeBody } from './engine/sizes'

/** Pictures kept: a viewer moves to and fro over the same few. */
const SHEETS = 6
const FRAMES = 48
/** A decoder that says nothing for this long has nothing to show. */
const PATIENCE_MS = 4000

type Frame = Extract<Picture, { form: 'frame' }>
type Tile = Extract<Picture, { form: 'tile' }>

export class Previews {
  readonly canvas = document.createElement('canvas')
  /** The stretch, in seconds, that the canvas shows a picture of. */
  private shown: { start: number; end: number } | null = null
  private wanted: number | null = null
  private busy = false
  private readonly sheets = new Map<string, ImageBitmap>()
  private readonly frames = new Map<string, ImageBitmap>()
  private reader: FrameReader | null = null
  private generation = 0

  constructor(
    private readonly ask: (seconds: number) => void,
    /** Called when the canvas shows another picture, or none any more. */
    private readonly changed: () => void,
  ) {}

  get visible(): boolean {
    return this.shown !== null
  }

  /** The viewer points at a moment; what was pointed at before is no longer of interest. */
  at(seconds: number): void {
    if (this.shown && this.shown.start <= seconds && seconds < this.shown.end) {
      this.wanted = null
      return
    }
    this.wanted = seconds
    if (!this.busy) this.ask(seconds)
  }

  /** What the session answers. */
  async take(answer: PreviewOutput): Promise<void> {
    if (this.busy) return
    this.busy = true
    const { generation } = this
    try {
      const { picture } = answer
      const drawn = picture.form === 'tile' ? await this.tile(answer, picture) : await this.frame(answer, picture)
      if (generation !== this.generation) return
      this.shown = drawn ? { start: answer.startUs / 1e6, end: answer.endUs / 1e6 } : this.shown
      this.changed()
    } catch {
      // A picture that does not come is missing, no more.
    } finally {
      if (generation === this.generation) {
        this.busy = false
        const { wanted } = this
        // Asked again only where the viewer has moved on meanwhile: what failed would fail again.
        if (wanted !== null && Math.abs(wanted - answer.positionUs / 1e6) > 0.001) this.at(wanted)
        else this.wanted = null
      }
    }
  }

  /** Another title. */
  clear(): void {
    this.generation++
    this.busy = false
    this.shown = null
    this.wanted = null
    for (const kept of [this.sheets, this.frames]) {
      for (const bitmap of kept.values()) bitmap.close()
      kept.clear()
    }
    this.reader?.destroy()
    this.reader = null
    this.changed()
  }

  private async tile({ url, rangeStart, rangeEnd }: PreviewOutput, tile: Tile): Promise<boolean> {
    const key = `${url} ${rangeStart}`
    let sheet = this.sheets.get(key)
    if (!sheet) {
      sheet = await createImageBitmap(new Blob([await body(url, rangeStart, rangeEnd)]))
      keep(this.sheets, key, sheet, SHEETS)
    }
    // What the file measures decides: the stated size may be that of another rendition.
    const [width, height] = [sheet.width / tile.columns, sheet.height / tile.rows]
    const [column, row] = [tile.number % tile.columns, Math.floor(tile.number / tile.columns)]
    this.draw(sheet, column * width, row * height, width, height)
    return true
  }

  private async frame(answer: PreviewOutput, picture: Frame): Promise<boolean> {
    const key = `${answer.url} ${answer.rangeStart} ${answer.startUs}`
    let frame = this.frames.get(key)
    if (!frame) {
      // Once more with another decoder: one that said nothing may have been starved, or stuck.
      const decoded = (await this.decoded(answer, picture)) ?? (await this.decoded(answer, picture))
      if (!decoded) return false
      frame = decoded
      keep(this.frames, key, frame, FRAMES)
    }
    this.draw(frame, 0, 0, frame.width, frame.height)
    return true
  }

  /** The frame; null, and no decoder, where it gave out nothing. */
  private async decoded(answer: PreviewOutput, picture: Frame): Promise<ImageBitmap | null> {
    if (this.reader?.mime !== picture.mime) {
      this.reader?.destroy()
      this.reader = new FrameReader(picture.mime)
    }
    const { generation, reader } = this
    try {
      const frame = await reader.read(answer, picture)
      if (frame) return frame
    } catch (error) {
      // Whatever else went wrong, such as a file that is not there, would go wrong again; so would another title's.
      if (!(error instanceof Silence) || generation !== this.generation) throw error
    }
    if (this.reader === reader) {
      reader.destroy()
      this.reader = null
    }
    return null
  }

  private draw(image: ImageBitmap, x: number, y: number, width: number, height: number): void {
    this.canvas.width = Math.max(1, Math.round(width))
    this.canvas.height = Math.max(1, Math.round(height))
    this.canvas.getContext('2d')?.drawImage(image, x, y, width, height, 0, 0, this.canvas.width, this.canvas.height)
  }
}

/** What was waited for did not come. */
class Silence extends Error {}

/** A video that nobody sees, whose MediaSource holds one frame at a time. */
class FrameReader {
  private readonly video = document.createElement('video')
  private readonly source: MediaSource | null
  private readonly address: string
  private buffer: SourceBuffer | null = null
  private init = ''

  constructor(readonly mime: string) {
    const type = mediaSourceType()
    this.source = type?.isTypeSupported(mime) ? new type() : null
    this.address = this.source ? URL.createObjectURL(this.source) : ''
    this.video.muted = true
    this.video.preload = 'auto'
    if (this.address) this.video.src = this.address
  }

  async read(answer: PreviewOutput, picture: Frame): Promise<ImageBitmap | null> {
    const { source, video } = this
    if (!source) return null
    if (!this.buffer) {
      if (source.readyState !== 'open') await heard(source, 'sourceopen')
      this.buffer = source.addSourceBuffer(this.mime)
    }
    const { buffer } = this
    // Removing opens what had ended.
    if (buffer.buffered.length > 0) {
      buffer.remove(0, Number.POSITIVE_INFINITY)
      await heard(buffer, 'updateend')
    }
    // The last frame's bytes may have ended inside their box: the parser starts anew.
    if (source.readyState === 'open') buffer.abort()
    const key = `${picture.init} ${picture.initStart}`
    const frame = await body(answer.url, answer.rangeStart, answer.rangeEnd)
    if (picture.init && key !== this.init) {
      buffer.appendBuffer(await body(picture.init, picture.initStart, picture.initEnd))
      await heard(buffer, 'updateend')
      this.init = key
    }
    buffer.appendBuffer(frame)
    await heard(buffer, 'updateend')
    if (buffer.buffered.length === 0) return null
    const start = buffer.buffered.start(0)
    // The end is said, so that the decoder gives out what it holds.
    source.endOfStream()
    const there = heard(video, 'seeked')
    video.currentTime = start + Math.min(0.01, (buffer.buffered.end(0) - start) / 2)
    await there
    return video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? createImageBitmap(video) : null
  }

  destroy(): void {
    this.video.removeAttribute('src')
    this.video.load()
    if (this.address) URL.revokeObjectURL(this.address)
  }
}

async function body(url: string, start: number, end: number): Promise<ArrayBuffer> {
  const headers: Record<string, string> = start >= 0 ? { Range: `bytes=${start}-${end >= 0 ? end : ''}` } : {}
  const response = await fetch(url, { credentials: 'omit', headers })
  if (!response.ok) throw new Error(`HTTP ${response.status}`)
  return (await wholeBody(response, PICTURE_BYTES)).buffer
}

function heard(target: EventTarget, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const alarm = setTimeout(() => reject(new Silence(`no ${name}`)), PATIENCE_MS)
    target.addEventListener(name, () => {
      clearTimeout(alarm)
      resolve()
    }, { once: true })
  })
}

function keep(kept: Map<string, ImageBitmap>, key: string, bitmap: ImageBitmap, most: number): void {
  kept.set(key, bitmap)
  const [oldest] = kept.keys()
  if (kept.size > most && oldest !== undefined) {
    kept.get(oldest)?.close()
    kept.delete(oldest)
  }
}
