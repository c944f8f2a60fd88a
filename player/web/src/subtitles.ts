/** Adapts TextTrack: the browser times the cues, the player draws them; full-screen video on a phone draws its own. */
import type { CueData, TextChoice } from './engine/messages'

export class SubtitleTrack {
  private readonly track: TextTrack
  /** Cues of every text rendition that was loaded, so that switching back needs no request. */
  private readonly held = new Map<string, VTTCue[]>()
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
    if (this.selected === (choice?.id ?? null)) return
    this.empty()
    this.selected = choice?.id ?? null
    for (const cue of this.held.get(this.selected ?? '') ?? []) this.track.addCue(cue)
    this.tell()
  }

  add(id: string, cues: readonly CueData[]): void {
    const held = this.held.get(id) ?? []
    this.held.set(id, held)
    const known = new Set(held.map((cue) => `${cue.startTime} ${cue.endTime} ${cue.text}`))
    for (const { startUs, endUs, text, settings } of cues) {
      const cue = new VTTCue(startUs / 1e6, endUs / 1e6, text)
      if (known.has(`${cue.startTime} ${cue.endTime} ${cue.text}`)) continue
      applySettings(cue, settings ?? '')
      held.push(cue)
      if (id === this.selected) this.track.addCue(cue)
    }
    this.tell()
  }

  clear(): void {
    this.empty()
    this.held.clear()
    this.selected = null
    this.tell()
  }

  private empty(): void {
    for (const cue of [...(this.track.cues ?? [])]) this.track.removeCue(cue)
  }
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
