// Recommendations as cinema tickets, in a carousel: swiped, by its arrows, by the keys.
import { ageBadge } from './age'
import { clock, el } from './dom'
import type { House } from './house'
import type { Card } from './line'
import type { Say } from './words'

/** What a ticket may ask of the window that it was handed out at. */
export interface Desk {
  readonly house: House
  readonly say: Say
  /** Watch it in the player of this page; false where the link should lead to the title's own page. */
  watch(title: string, at_s: number | null): boolean
  ask(text: string): void
  /** Keep that a title is of no interest, or take that back; false when it could not be kept. */
  hide(title: string, on: boolean): Promise<boolean>
  announce(text: string): void
}

/** Make the carousel of an answer. */
export function carousel(cards: readonly Card[], desk: Desk): HTMLElement {
  const { say } = desk
  const list = el('ul', { class: 'recommendations' }, ...cards.map((card) => ticket(card, desk)))
  const back = el('button', { type: 'button', class: 'carousel-arrow carousel-back', tabindex: -1, 'aria-label': say('row_previous') }, '‹')
  const on = el('button', { type: 'button', class: 'carousel-arrow carousel-on', tabindex: -1, 'aria-label': say('row_next') }, '›')
  const whole = el('div', { class: 'carousel', role: 'group', 'aria-label': told(cards, say) }, list, back, on)
  const refresh = () => {
    const room = list.scrollWidth - list.clientWidth
    back.hidden = list.scrollLeft < 4
    on.hidden = list.scrollLeft > room - 4
  }
  for (const [arrow, way] of [[back, -1], [on, 1]] as const) {
    arrow.addEventListener('click', () => list.scrollBy({ left: way * list.clientWidth * 0.85, behavior: motion() }))
  }
  list.addEventListener('scroll', refresh, { passive: true })
  list.addEventListener('keydown', (event) => walk(event, list))
  new ResizeObserver(refresh).observe(list)
  refresh()
  return whole
}

/** Say how many there are and which, as a screen reader is told before the words. */
export function told(cards: readonly Card[], say: Say): string {
  const titles = cards.map((card) => card.title).join(', ')
  return cards.length === 1 ? say('chat_cards_one', { titles }) : say('chat_cards_many', { count: cards.length, titles })
}

export function motion(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'
}

/** Left and right walk from ticket to ticket, Home and End to the first and the last. */
function walk(event: KeyboardEvent, list: HTMLElement): void {
  const all = [...list.children] as HTMLElement[]
  const at = all.findIndex((one) => one.contains(event.target as Node))
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key]
  const next = to === undefined ? undefined : all[to]
  if (at < 0 || !next) return
  event.preventDefault()
  next.querySelector<HTMLElement>('a, button')?.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest', inline: 'start', behavior: motion() })
}

function ticket(card: Card, desk: Desk): HTMLElement {
  const { say, house } = desk
  const facts = [card.year, card.duration].filter(Boolean).join(' · ')
  const [unit, at_s] = place(card)
  const verb = !card.playable ? say('chat_card_details') : at_s ? say('continue_from', { at: clock(at_s) }) : say('chat_card_watch')
  const link = el('a', {
    class: card.playable ? 'ticket-link' : 'ticket-link ticket-link-plain',
    href: house.url(card.playable ? card.watch_url : `/title/${card.title_id}`),
    'aria-label': `${verb}: ${card.title}`,
  }, verb)
  if (card.playable) {
    link.addEventListener('click', (event) => {
      const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0
      if (!elsewhere && desk.watch(unit, at_s)) event.preventDefault()
    })
  }
  const alike = el('button', { type: 'button', class: 'ticket-tool ticket-alike', 'aria-label': `${say('similar')}: ${card.title}` }, say('similar'))
  alike.addEventListener('click', () => desk.ask(say('chat_like_this', { title: card.title })))
  const hide = el('button', { type: 'button', class: 'ticket-tool ticket-hide', 'aria-label': `${say('say_hide')}: ${card.title}` }, say('say_hide'))
  const whole = el('li', { class: 'recommendation-card', 'data-title': card.title_id },
    el('img', { src: house.url(card.poster), alt: '', width: 80, height: 120, loading: 'lazy', decoding: 'async' }),
    el('div', { class: 'ticket-text' },
      el('strong', {}, card.title),
      el('span', { class: 'ticket-facts' }, ageBadge(card.age_rating, card.descriptors, say), facts),
      card.descriptors.length ? el('span', { class: 'ticket-more' }, card.descriptors.join(' · ')) : null,
      el('span', { class: 'ticket-reason' }, card.reason),
      el('span', { class: 'ticket-foot' }, link,
        card.playable ? null : el('span', { class: 'ticket-absent' }, say(card.arriving ? 'chat_arriving' : 'chat_not_here')))),
    el('div', { class: 'ticket-stub' }, alike, hide))
  hide.addEventListener('click', () => void leave(whole, card, hide, desk))
  return whole
}

/** Return what a ticket opens, an episode perhaps, and the second that it begins at. */
function place({ watch_url, title_id, position_s }: Card): [string, number | null] {
  const [, unit = title_id, from] = /^\/watch\/([a-z0-9-]+)(?:\?t=(\d+))?$/.exec(watch_url) ?? []
  return [unit, from === undefined ? (position_s ?? null) : Number(from)]
}

/** Put a note in the ticket's place, with the way back; its neighbours stay where they are. */
async function leave(whole: HTMLElement, card: Card, pressed: HTMLButtonElement, desk: Desk): Promise<void> {
  const { say } = desk
  pressed.disabled = true
  const kept = await desk.hide(card.title_id, true)
  pressed.disabled = false
  if (!kept) return desk.announce(say('say_failed'))
  const parts = [...whole.childNodes]
  const { height } = whole.getBoundingClientRect()
  const undo = el('button', { type: 'button', class: 'ticket-undo' }, say('say_undo'))
  undo.addEventListener('click', async () => {
    if (!(await desk.hide(card.title_id, false))) return desk.announce(say('say_failed'))
    whole.classList.remove('ticket-gone')
    whole.style.minHeight = ''
    whole.replaceChildren(...parts)
    pressed.focus()
  })
  whole.style.minHeight = `${height}px`
  whole.classList.add('ticket-gone')
  whole.replaceChildren(el('strong', {}, card.title), el('span', {}, say('say_done_hide')), undo)
  desk.announce(`${card.title}: ${say('say_done_hide')}`)
  undo.focus()
}
