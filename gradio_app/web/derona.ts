// <derona-chat>: Derona at the ticket window. Light DOM, no markup from data.
import { ageBadge } from './age'
import { el, localPath } from './dom'
import { type Card, type Frame, Line, type Said } from './line'
import { act, playerState } from './player'
import { say } from './words'

const TYPING_AFTER_MS = 250
const REVEAL_MS = 16

interface Turn {
  article: HTMLElement
  text: HTMLElement
  pending: string
}

export class DeronaChat extends HTMLElement {
  private line: Line | null = null
  private log!: HTMLElement
  private input!: HTMLInputElement
  private button!: HTMLButtonElement
  private chips!: HTMLElement
  private typing!: HTMLElement
  private note!: HTMLElement
  private turns = new Map<string, Turn>()
  private typingTimer = 0
  private revealTimer = 0
  private limitTimer = 0
  private waiting = 0

  connectedCallback(): void {
    if (this.line) return
    this.draw()
    this.line = new Line(
      (frame) => this.take(frame),
      (up) => this.tell(up ? null : say('chat_offline')),
    )
    this.line.open()
  }

  disconnectedCallback(): void {
    this.line?.close()
    this.line = null
    for (const timer of [this.typingTimer, this.revealTimer, this.limitTimer]) clearTimeout(timer)
    this.replaceChildren()
  }

  private draw(): void {
    const face = el('img', { src: '/static/derona.svg', alt: '', class: 'derona-face', width: 56, height: 56 })
    const fold = el('button', { type: 'button', class: 'derona-fold', 'aria-expanded': 'false', 'aria-label': say('chat_open') }, face)
    fold.addEventListener('click', () => this.unfold(!this.hasAttribute('open')))
    this.log = el('div', { class: 'derona-log', role: 'log', 'aria-live': 'polite', 'aria-label': say('chat_region'), tabindex: 0 })
    this.log.append(el('p', { class: 'derona-greeting' }, say('chat_greeting')))
    this.typing = el('p', { class: 'derona-typing', hidden: true, role: 'status' },
      el('span', { class: 'unseen' }, say('chat_typing')), el('i'), el('i'), el('i'))
    this.note = el('p', { class: 'derona-note', role: 'status', hidden: true })
    this.chips = el('div', { class: 'derona-chips' })
    this.input = el('input', {
      id: 'chat-input', type: 'text', maxlength: 1000, autocomplete: 'off', enterkeyhint: 'send',
      placeholder: say('chat_placeholder'), 'aria-label': say('chat_region'),
    })
    this.button = el('button', { id: 'send-btn', type: 'submit', 'aria-label': say('chat_send') }, say('chat_send'))
    const form = el('form', { class: 'derona-form' }, this.input, this.button)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.ask(this.input.value)
    })
    const head = el('div', { class: 'derona-head' }, fold,
      el('p', { class: 'derona-who' }, el('strong', {}, say('chat_name')), el('span', {}, say('chat_role'))))
    this.addEventListener('keydown', (event) => {
      event.stopPropagation() // the player's keys are not meant here
      if (event.key === 'Escape') this.unfold(false)
    })
    this.replaceChildren(head, this.log, this.typing, this.note, this.chips, form)
    this.offer([say('chip_1'), say('chip_2'), say('chip_3')])
  }

  /** On a phone the conversation is a sheet that rises over the page's lower part. */
  private unfold(open: boolean): void {
    this.toggleAttribute('open', open)
    const fold = this.querySelector('.derona-fold')
    fold?.setAttribute('aria-expanded', String(open))
    fold?.setAttribute('aria-label', say(open ? 'chat_close' : 'chat_open'))
  }

  private ask(text: string): void {
    const said = text.trim()
    if (!said || !this.line) return
    this.input.value = ''
    this.unfold(true)
    const mine = el('p', { class: 'viewer-message' }, el('span', { class: 'unseen' }, `${say('chat_you')}: `), said)
    this.log.append(mine)
    this.scrollTo_(mine)
    this.waiting += 1
    this.typingTimer = window.setTimeout(() => (this.typing.hidden = this.waiting === 0), TYPING_AFTER_MS)
    this.line.send(said, playerState())
  }

  private take(frame: Frame): void {
    switch (frame.type) {
      case 'hello':
        this.greet(frame.text)
        this.recount(frame.said ?? [])
        break
      case 'cards':
        this.begin(frame.id, frame.cards)
        break
      case 'delta': {
        const turn = this.turns.get(frame.id)
        if (turn) turn.pending += frame.text
        this.reveal()
        break
      }
      case 'more': {
        // A model's words after an answer that stands already.
        const turn = this.turns.get(frame.id)
        if (turn) turn.pending += ` ${frame.text}`
        this.reveal()
        break
      }
      case 'action':
        act(frame.action, frame.value)
        break
      case 'done':
        this.turns.get(frame.id)?.article.removeAttribute('aria-busy')
        this.settle()
        if (frame.chips.length) this.offer(frame.chips)
        this.follow()
        break
      case 'rate_limited':
        this.settle()
        this.countDown(Math.ceil(frame.retry_ms / 1000))
        break
      case 'error':
        this.settle()
        this.tell(say('chat_failed'))
        break
    }
  }

  private greet(text: string): void {
    const greeting = this.log.querySelector('.derona-greeting')
    if (greeting && text) greeting.textContent = text
  }

  /** Show what was said on the page before; answers of the past carry no cards. */
  private recount(said: Said[]): void {
    if (this.log.querySelector('.viewer-message, .bot-message')) return
    for (const { role, text } of said) {
      const yours = role === 'viewer'
      const who = el('span', { class: 'unseen' }, `${say(yours ? 'chat_you' : 'chat_name')}: `)
      this.log.append(el('p', { class: yours ? 'viewer-message' : 'past-message' }, who, text))
    }
    if (said.length) this.follow()
  }

  private begin(id: string, cards: Card[]): void {
    this.settle()
    this.tell(null)
    const text = el('p', { class: 'bot-text' })
    const article = el('article', { class: 'bot-message', 'aria-busy': 'true' })
    if (cards.length) article.append(el('div', { class: 'recommendations' }, ...cards.map(ticket)))
    article.append(text)
    this.turns.set(id, { article, text, pending: '' })
    if (this.turns.size > 50) this.turns.delete(this.turns.keys().next().value as string)
    this.log.append(article)
    this.scrollTo_(article)
  }

  /** Show words as they are spoken: a few characters a frame, all at once where motion is unwelcome. */
  private reveal(): void {
    if (this.revealTimer) return
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    const step = () => {
      this.revealTimer = 0
      let more = false
      for (const turn of this.turns.values()) {
        if (!turn.pending) continue
        const count = still ? turn.pending.length : Math.max(3, Math.ceil(turn.pending.length / 24))
        turn.text.append(turn.pending.slice(0, count))
        turn.pending = turn.pending.slice(count)
        more ||= turn.pending.length > 0
      }
      if (more) this.revealTimer = window.setTimeout(step, REVEAL_MS)
      else this.follow()
    }
    step()
  }

  private settle(): void {
    this.waiting = 0
    clearTimeout(this.typingTimer)
    this.typing.hidden = true
  }

  private offer(chips: string[]): void {
    this.chips.replaceChildren(
      ...chips.slice(0, 4).map((text) => {
        const chip = el('button', { type: 'button', class: 'chip' }, text)
        chip.addEventListener('click', () => this.ask(text))
        return chip
      }),
    )
  }

  private tell(text: string | null): void {
    this.note.hidden = text === null
    this.note.textContent = text ?? ''
  }

  private countDown(seconds: number): void {
    clearInterval(this.limitTimer)
    let left = seconds
    this.button.disabled = true
    const tick = () => {
      if (left <= 0) {
        clearInterval(this.limitTimer)
        this.button.disabled = false
        this.tell(null)
        return
      }
      this.tell(say('chat_limited', { seconds: left }))
      left -= 1
    }
    tick()
    this.limitTimer = window.setInterval(tick, 1000)
  }

  /** Bring the end of what was said into view: the words come after the cards, often below the fold. */
  private follow(): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    requestAnimationFrame(() => this.log.scrollTo({ top: this.log.scrollHeight, behavior: still ? 'auto' : 'smooth' }))
  }

  private scrollTo_(target: HTMLElement): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    this.log.scrollTo({ top: target.offsetTop - this.log.offsetTop - 8, behavior: still ? 'auto' : 'smooth' })
  }
}

/** A recommendation as a cinema ticket: poster, tear line, what and why, the way in. */
function ticket(card: Card): HTMLElement {
  const facts = [card.year, card.duration].filter(Boolean).join(' · ')
  const path = localPath(card.playable ? card.watch_url : `/title/${card.title_id}`)
  const name = `${card.playable ? say('chat_card_watch') : say('chat_card_details')}: ${card.title}`
  return el('section', { class: 'recommendation-card', 'data-title': card.title_id },
    el('img', { src: localPath(card.poster), alt: '', width: 64, height: 96, loading: 'lazy' }),
    el('div', { class: 'ticket-text' },
      el('strong', {}, card.title),
      el('span', { class: 'ticket-facts' }, ageBadge(card.age_rating, card.descriptors), facts),
      card.descriptors.length ? el('span', { class: 'ticket-more' }, card.descriptors.join(' · ')) : null,
      el('span', { class: 'ticket-reason' }, card.reason),
      el('span', { class: 'ticket-foot' },
        el('a', { class: card.playable ? 'ticket-link' : 'ticket-link ticket-link-plain', href: path, 'aria-label': name },
          card.playable ? say('chat_card_watch') : say('chat_card_details')),
        card.playable ? null : el('span', { class: 'ticket-absent' }, say(card.arriving ? 'chat_arriving' : 'chat_not_here')))))
}

export function defineDerona(): void {
  if (!customElements.get('derona-chat')) customElements.define('derona-chat', DeronaChat)
}
