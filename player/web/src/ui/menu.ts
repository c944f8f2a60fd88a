/** Menus that open upward, one level deep, worked by pointer or arrows; focus returns to the button. */
import { make } from './dom'
import { icon, type IconName } from './icons'

export interface Choice {
  label: string
  note?: string
  checked?: boolean
  icon?: IconName
  /** Shown side by side with its neighbours. */
  inline?: boolean
  pick: () => void
}
/** A heading with choices; choices with `checked` behave as radio buttons. */
export interface Section {
  heading?: string
  choices: Choice[]
}

export class Menu {
  readonly element = make('div', { class: 'menu', part: 'menu', role: 'menu', hidden: true })
  private opener: HTMLElement | null = null

  constructor(private readonly onToggle: (open: boolean) => void, signal: AbortSignal) {
    this.element.addEventListener('keydown', (event) => this.key(event), { signal })
  }

  get open(): boolean {
    return this.opener !== null
  }

  toggle(opener: HTMLElement, label: string, sections: Section[]): void {
    if (this.opener === opener) {
      this.close()
      return
    }
    this.close(false)
    this.opener = opener
    opener.setAttribute('aria-expanded', 'true')
    this.element.setAttribute('aria-label', label)
    this.element.replaceChildren(...sections.flatMap((section, index) => this.section(section, index > 0)))
    this.element.hidden = false
    this.onToggle(true)
    const items = this.items()
    ;(items.find((item) => item.getAttribute('aria-checked') === 'true') ?? items[0])?.focus({ preventScroll: true })
  }

  close(refocus = true): void {
    const { opener } = this
    if (!opener) return
    this.opener = null
    this.element.hidden = true
    opener.setAttribute('aria-expanded', 'false')
    if (refocus) opener.focus({ preventScroll: true })
    this.onToggle(false)
  }

  private section({ heading, choices }: Section, ruled: boolean): Node[] {
    const inline = choices.some((choice) => choice.inline)
    const items = choices.map((choice) => this.item(choice))
    return [
      ...(ruled ? [make('hr')] : []),
      ...(heading ? [make('h2', {}, heading)] : []),
      ...(inline ? [make('div', { class: 'speeds', role: 'group', 'aria-label': heading ?? '' }, ...items)] : items),
    ]
  }

  private item(choice: Choice): HTMLButtonElement {
    const radio = choice.checked !== undefined
    const button = make('button', {
      type: 'button', tabindex: '-1', role: radio ? 'menuitemradio' : 'menuitem',
      ...(radio ? { 'aria-checked': String(choice.checked) } : {}),
    })
    if (!choice.inline) {
      const mark = make('span', { class: 'mark' })
      if (choice.checked) mark.append(icon('check'))
      else if (choice.icon) mark.append(icon(choice.icon))
      button.append(mark)
    }
    button.append(make('span', {}, choice.label))
    if (choice.note) button.append(make('span', { class: 'note' }, choice.note))
    button.addEventListener('click', () => {
      this.close()
      choice.pick()
    })
    return button
  }

  private items(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('button')]
  }

  private key(event: KeyboardEvent): void {
    const items = this.items()
    const at = items.findIndex((item) => item.matches(':focus'))
    const moves: Record<string, number> = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }
    const to = moves[event.key]
    if (to !== undefined) items.at(to % items.length)?.focus()
    else if (event.key === 'Escape' || event.key === 'Tab') this.close()
    else if (event.key !== 'Enter' && event.key !== ' ') return
    event.stopPropagation()
    if (event.key !== 'Enter' && event.key !== ' ') event.preventDefault()
  }
}
