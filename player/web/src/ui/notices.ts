/** What the player says unasked: age rating, failures, short notes, and the live region for screen readers. */
import { EXPIRED } from '../errors'
import type { PlayerError } from '../playback'
import { descriptorName, type Language, type Words } from '../words'
import { make } from './dom'

const AGE_SHOWN_MS = 5000
const TOAST_SHOWN_MS = 1600

export class AgeNotice {
  readonly element = make('div', { class: 'age', part: 'age', role: 'note' })
  private timer: ReturnType<typeof setTimeout> | undefined

  show(rating: string, descriptors: readonly string[], words: Words, language: Language): void {
    const said = make('div', { class: 'said' }, make('strong', {}, words.rated[rating] ?? rating))
    if (descriptors.length > 0) {
      said.append(make('span', {}, descriptors.map((one) => descriptorName(one, language)).join(', ')))
    }
    this.element.replaceChildren(make('div', { class: 'badge', 'data-rating': rating, 'aria-hidden': 'true' }, rating), said)
    this.element.classList.add('shown')
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.hide(), AGE_SHOWN_MS)
  }

  hide(): void {
    clearTimeout(this.timer)
    this.element.classList.remove('shown')
  }
}

export class FailurePanel {
  readonly element = make('div', { class: 'failure', part: 'failure', role: 'alert', hidden: true })

  constructor(private readonly retry: () => void) {}

  show(error: PlayerError, words: Words): void {
    const again = make('button', { type: 'button', class: 'offer' }, words.retry)
    again.addEventListener('click', () => this.retry())
    this.element.replaceChildren(
      ripple(),
      make('p', {}, failureInWords(error, words)),
      make('small', {}, `${words.support}: ${error.code}`),
      again,
    )
    this.element.hidden = false
  }

  hide(): void {
    this.element.hidden = true
    this.element.replaceChildren()
  }
}

/** What happened and what is being done, in the viewer's words. */
export function failureInWords(error: PlayerError, words: Words): string {
  return words.errors[kindOf(error)] ?? words.errors['media'] ?? ''
}

/** Network failures name their HTTP status in parentheses; in any other message a number may be anything. */
function kindOf({ code, category, data }: PlayerError): string {
  if (code === EXPIRED) return 'expired'
  const status = category === 'network' ? /\((\d{3})\)/.exec(data)?.[1] : undefined
  if (status === '404' || status === '410') return 'missing'
  return status === '401' || status === '403' ? 'expired' : category
}

export class Announcer {
  readonly live = make('div', { class: 'live', role: 'status', 'aria-live': 'polite' })
  readonly toast = make('div', { class: 'toast', 'aria-hidden': 'true' })
  private timer: ReturnType<typeof setTimeout> | undefined

  /** Said to a screen reader and shown for a moment. */
  say(text: string): void {
    this.live.textContent = text
    this.toast.textContent = text
    this.toast.classList.add('shown')
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.toast.classList.remove('shown'), TOAST_SHOWN_MS)
  }

  /** Said to a screen reader only: the picture already shows it. */
  whisper(text: string): void {
    this.live.textContent = text
  }
}

/** A film strip with a gap: the mood of a picture that stopped. */
function ripple(): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 72 48')
  svg.setAttribute('class', 'mood')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', 'M4 10h26l-5 9 6 8-5 11H4zM68 10H38l-5 9 6 8-5 11h34zM10 10v28M62 10v28M4 19h6M4 29h6M62 19h6M62 29h6')
  path.setAttribute('fill', 'none')
  path.setAttribute('stroke', 'currentColor')
  path.setAttribute('stroke-width', '2.2')
  path.setAttribute('stroke-linejoin', 'round')
  svg.append(path)
  return svg
}
