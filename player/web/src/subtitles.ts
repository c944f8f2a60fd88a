/** Adapts TextTrack: the browser times the cues, the player draws them; full-screen video on a phone draws its own. */
import type { CueData, CueLook, TextChoice, TextDocument, TextRegion } from './engine/messages'

/** How a cue looks that says more than WebVTT can. */
export interface Look extends Omit<CueLook, 'region'> {
  region: TextRegion | null
  /** Cues of scripts are placed by themselves; those of other formats move out of each other's way. */
  reverse: boolean
}

export class SubtitleTrack {
  private readonly track: TextTrack
  /** Cues of every text rendition that was loaded, so that switching back needs no request. */
  private readonly held = new Map<string, VTTCue[]>()
  private readonly sheets = new Map<string, Set<string>>()
  private readonly looks = new WeakMap<VTTCue, Look>()
  /** Whose cues came from a script: what is told besides says the same with less. */
  private readonly scripted = new Set<string>()
  private selected: string | null = null

  private tell: () => void = () => undefined

  constructor(private readonly video: HTMLVideoElement) {
    this.track = video.addTextTrack('subtitles', '', '')
    this.track.mode = 'hidden'
  }

  /**
   * Calls back whenever the cues on screen change. The browser says so while time passes; when cues come or go
   * under a standing picture it says nothing, so then they are looked up here.
   */
  onChange(listener: (cues: VTTCue[]) => void, signal: AbortSignal): void {
    this.tell = () => listener(this.current())
    this.track.addEventListener('cuechange', this.tell, { signal })
    this.video.addEventListener('seeked', this.tell, { signal })
    signal.addEventListener('abort', () => (this.tell = () => undefined))
  }

  private current(): VTTCue[] {
    const { currentTime } = this.video
    const held = this.held.get(this.selected ?? '') ?? []
    return held.filter((cue) => cue.startTime <= currentTime && currentTime < cue.endTime)
  }

  /** The browser's own rendering, for windows that cannot hold ours. */
  drawNatively(native: boolean): void {
    this.track.mode = native ? 'showing' : 'hidden'
  }

  select(choice: TextChoice | null): void {
    // Closed captions go by their channel: nobody but the session knows which track that is.
    const key = choice ? choice.channel || choice.id : null
    if (this.selected === key) return
    this.empty()
    this.selected = key
    for (const cue of this.held.get(this.selected ?? '') ?? []) this.track.addCue(cue)
    this.tell()
  }

  /** How a cue looks; undefined where its text and settings say all. */
  look(cue: VTTCue): Look | undefined {
    return this.looks.get(cue)
  }

  /** Style sheets of the subtitle that is shown. */
  get styleSheets(): readonly string[] {
    return [...(this.sheets.get(this.selected ?? '') ?? [])]
  }

  /** A script takes the place of everything that was or will be told of this subtitle. */
  replace(id: string, documents: readonly TextDocument[]): void {
    this.scripted.add(id)
    if (id === this.selected) this.empty()
    this.held.delete(id)
    this.sheets.delete(id)
    this.keepDocuments(id, documents)
  }

  addDocuments(id: string, documents: readonly TextDocument[]): void {
    if (!this.scripted.has(id)) this.keepDocuments(id, documents)
  }

  add(id: string, cues: readonly CueData[]): void {
    if (!this.scripted.has(id)) this.keep(id, cues)
  }

  private keepDocuments(id: string, documents: readonly TextDocument[]): void {
    for (const { cues, regions = [], styles = [], reverse } of documents) {
      const sheets = this.sheets.get(id) ?? new Set()
      this.sheets.set(id, sheets)
      for (const sheet of styles) sheets.add(sheet)
      this.keep(id, cues.map(({ start, end, id: name, text, settings, look }) => ({
        startUs: start, endUs: end, text, settings: settings ?? '', name: name ?? '',
        look: look && { ...look, region: regions[look.region ?? -1] ?? null, reverse: reverse === 1 },
      })))
    }
  }

  private keep(id: string, cues: readonly (CueData & { name?: string; look?: Look | undefined })[]): void {
    const held = this.held.get(id) ?? []
    this.held.set(id, held)
    const known = new Set(held.map(keyOf))
    for (const { startUs, endUs, text, settings, look, name } of cues) {
      const cue = new VTTCue(startUs / 1e6, endUs / 1e6, text)
      if (name) cue.id = name
      // A script is read once, and says the same twice where one lies over the other.
      if (!this.scripted.has(id) && known.has(keyOf(cue)) && !look?.paths) continue
      known.add(keyOf(cue))
      if (look) this.looks.set(cue, look)
      applySettings(cue, settings ?? '')
      held.push(cue)
      if (id === this.selected) this.track.addCue(cue)
    }
    this.tell()
  }

  clear(): void {
    this.empty()
    this.held.clear()
    this.sheets.clear()
    this.scripted.clear()
    this.selected = null
    this.tell()
  }

  private empty(): void {
    for (const cue of [...(this.track.cues ?? [])]) this.track.removeCue(cue)
  }
}

/** The same cue comes again with every segment that it lasts through. */
function keyOf(cue: VTTCue): string {
  return `${cue.startTime} ${cue.endTime} ${cue.id} ${cue.text}`
}

/** WebVTT, "WebVTT cue settings": the ones that the overlay and the browser can honour. */
function applySettings(cue: VTTCue, settings: string): void {
  for (const part of settings.split(/[ \t]+/)) {
    const [name, value = ''] = part.split(':')
    const [amount = ''] = value.split(',')
    if (name === 'align' && /^(start|center|end|left|right)$/.test(value)) cue.align = value as AlignSetting
    else if (name === 'line' && /^-?\d+(\.\d+)?%?$/.test(amount)) {
      cue.snapToLines = !amount.endsWith('%')
      cue.line = Number.parseFloat(amount)
    } else if (name === 'position' && /^\d+(\.\d+)?%$/.test(amount)) cue.position = Math.min(100, Number.parseFloat(amount))
    else if (name === 'size' && /^\d+(\.\d+)?%$/.test(value)) cue.size = Math.min(100, Number.parseFloat(value))
  }
}
