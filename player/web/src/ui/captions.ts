/** Draws the active subtitle cues over the picture, above the controls while these are shown. */
import { make } from './dom'

export class CaptionOverlay {
  readonly above = make('div', { class: 'spoken above', part: 'captions', dir: 'auto' })
  readonly below = make('div', { class: 'spoken below', part: 'captions', dir: 'auto' })

  show(cues: readonly VTTCue[]): void {
    this.above.replaceChildren(...cues.filter(isHigh).map(draw))
    this.below.replaceChildren(...cues.filter((cue) => !isHigh(cue)).map(draw))
  }
}

/** A cue that asks for the upper half of the picture. */
function isHigh(cue: VTTCue): boolean {
  if (typeof cue.line !== 'number') return false
  return cue.snapToLines ? cue.line >= 0 && cue.line < 8 : cue.line < 50
}

function draw(cue: VTTCue): HTMLElement {
  const line = make('p', {}, cue.getCueAsHTML())
  if (cue.align === 'left' || cue.align === 'start') line.style.alignSelf = 'flex-start'
  if (cue.align === 'right' || cue.align === 'end') line.style.alignSelf = 'flex-end'
  return line
}
