/** Draws the active subtitle cues over the picture: above the controls while these are shown, or where they say. */
import type { SubtitleTrack } from '../subtitles'
import { drawText, needsGround } from './cue-text'
import { make } from './dom'
import { isPlaced, PlacedCues } from './placed-cues'

export class CaptionOverlay {
  readonly above = make('div', { class: 'spoken above', part: 'captions', dir: 'auto' })
  readonly below = make('div', { class: 'spoken below', part: 'captions', dir: 'auto' })
  private readonly placed: PlacedCues
  private sheet = ''

  constructor(
    video: HTMLVideoElement,
    private readonly track: SubtitleTrack,
    signal: AbortSignal,
  ) {
    this.placed = new PlacedCues(video, signal)
  }

  /** Every part, in the order in which they lie over the picture. */
  get parts(): HTMLElement[] {
    return [this.placed.root, this.above, this.below]
  }

  show(cues: readonly VTTCue[]): void {
    const placed = cues.flatMap((cue) => {
      const look = this.track.look(cue)
      return look && isPlaced(look) ? [[cue, look] as const] : []
    })
    const free = cues.filter((cue) => !placed.some(([one]) => one === cue))
    this.placed.show(placed)
    this.above.replaceChildren(...free.filter(isHigh).map((cue) => this.draw(cue)))
    this.below.replaceChildren(...free.filter((cue) => !isHigh(cue)).map((cue) => this.draw(cue)))
    this.dress()
  }

  private draw(cue: VTTCue): HTMLElement {
    const look = this.track.look(cue)
    const line = make('p', {}, ...(look ? drawText(look).nodes : [cue.getCueAsHTML()]))
    if (look && !needsGround(look)) line.style.background = look.box ?? 'none'
    if (cue.align === 'left' || cue.align === 'start') line.style.alignSelf = 'flex-start'
    if (cue.align === 'right' || cue.align === 'end') line.style.alignSelf = 'flex-end'
    return line
  }

  /** WebVTT's own style sheets, made to fit what is drawn here. */
  private dress(): void {
    const written = this.track.styleSheets.join('\n')
    if (written === this.sheet) return
    this.sheet = written
    const dressed = make('style', {}, cueStyles(written))
    this.above.parentElement?.querySelector('style.cues')?.remove()
    dressed.className = 'cues'
    this.above.before(dressed)
  }
}

/** W3C WebVTT, "The '::cue' pseudo-element": the properties that apply to it. */
const PROPERTIES = /^(color|opacity|visibility|text-decoration|text-shadow|background|outline|font|line-height|white-space|ruby-position)/

/** Rules for `::cue(…)` as rules for the overlay; nothing else of a sheet is used. */
export function cueStyles(written: string): string {
  const rules: string[] = []
  for (const [, selectors = '', body = ''] of written.replace(/\/\*[^]*?\*\//g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const declared = body.split(';').map((one) => one.trim()).filter((one) => PROPERTIES.test(one) && !/url\(|@|\\/.test(one))
    const found = [...selectors.matchAll(/::cue(?:\(([^()]*(?:\([^()]*\)[^()]*)*)\))?/g)].map(([, inner]) => selectorOf(inner))
    const wanted = found.filter((one): one is string => one !== null)
    if (declared.length > 0 && wanted.length > 0) rules.push(`${wanted.join(', ')} { ${declared.join('; ')} }`)
  }
  return rules.join('\n')
}

/** What a selector of WebVTT's nodes is among the overlay's elements; null where it is none of the simple ones. */
function selectorOf(inner: string | undefined): string | null {
  const places = ['.spoken p', '.placed p']
  if (inner === undefined) return places.join(', ')
  const words = inner.trim()
  if (!/^[\w.#\-[\]="' ]+$/.test(words)) return null
  const named = words
    .replace(/\[voice=("[^"]*"|'[^']*'|[\w-]+)\]/g, (_, value: string) => `[title=${/^["']/.test(value) ? value : `"${value}"`}]`)
    .replace(/(^|\s)v(?=[.[\s]|$)/g, '$1span[title]')
    .replace(/(^|\s)(c|lang)(?=[.[\s]|$)/g, '$1span')
    .replace(/(^|\s)b(?=[.\s]|$)/g, '$1[style*="font-weight: bold"]')
    .replace(/(^|\s)i(?=[.\s]|$)/g, '$1[style*="font-style: italic"]')
    .replace(/(^|\s)u(?=[.\s]|$)/g, '$1[style*="underline"]')
  return places.map((place) => `${place} ${named}`).join(', ')
}

/** A cue that asks for the upper half of the picture. */
function isHigh(cue: VTTCue): boolean {
  if (typeof cue.line !== 'number') return false
  return cue.snapToLines ? cue.line >= 0 && cue.line < 8 : cue.line < 50
}
