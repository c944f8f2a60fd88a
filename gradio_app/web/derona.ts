// <derona-chat>: Derona at the ticket window, on a page of her own house or of anybody's. No markup from data.
import { act, OPENING, type Result, TITLE } from './actions'
import { clock, el } from './dom'
import badges from './badges.css'
import look from './derona.css'
import { House, originOf, type Trouble } from './house'
import { type Card, type Citation, type Frame, KEPT_MAX, Line, type Link, type Listener, type Said, type UserContext } from './line'
import { type BitacaPlayer, findPlayer, playerState, watchStalls } from './player'
import { Sentences } from './sentences'
import { present } from './theatre'
import { carousel, type Desk, motion, told } from './tickets'
import { type Key, type Say, speaker } from './words'

const TYPING_AFTER_MS = 250
const REVEAL_MS = 16
/** After a model's sentence, so long for the next one before nobody seems to be writing any more. */
const MORE_WAIT_MS = 2500
const TURNS_KEPT = 50
const ANNOUNCED_KEPT = 12
/** Actions that the server has done in the viewer's own store; they are told, and nothing is left to do. */
const DONE_ALREADY: ReadonlySet<string> = new Set(['opinion', 'clear_history', 'clear_list'])

/** An answer, and what came with it. */
export interface Reply {
  id: string
  text: string
  recommendations: Card[]
  chips: string[]
  citations: Citation[]
  links: Link[]
  stopped: boolean
}

interface Turn {
  article: HTMLElement
  text: HTMLElement
  pending: string
  sentences: Sentences
  reply: Reply
}

interface Promised {
  resolve: (reply: Reply) => void
  reject: (error: Error) => void
}

/** Absent under a test runner: the class is then never instantiated. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement)

/** Derona's window. Put it into a page, or call `init()`, which puts it there.
 *
 * Attributes: `lang` (`pt-BR`, else `en`), `server` (where the script does not come from it), `player` (a selector, where
 * the page has several), `theme` (`light` or `dark` on a page of another origin), `favorite-genres` and `watched-videos`
 * (with commas), `sheet` (on a phone a sheet that rises over the page's lower part).
 * Events: `watchtitle` `{title_id, position_s}` before a title is opened; cancel it to open it yourself.
 */
export class DeronaChat extends Base {
  private house: House | null = null
  private line: Line | null = null
  private say: Say = speaker('pt')
  private opened: Promise<void> | null = null
  private upOrNot: { up: () => void; not: (error: Error) => void } | null = null
  private log!: HTMLElement
  private input!: HTMLInputElement
  private button!: HTMLButtonElement
  private chips!: HTMLElement
  private typing!: HTMLElement
  private note!: HTMLElement
  private live!: HTMLElement
  private tools!: HTMLElement
  private editing!: HTMLElement
  private turns = new Map<string, Turn>()
  private asked = new Map<string, HTMLElement>()
  private promised = new Map<string, Promised>()
  private last: { id: string; text: string } | null = null
  private changing = false
  private typingTimer = 0
  private moreTimer = 0
  private revealTimer = 0
  private limitTimer = 0

  connectedCallback(): void {
    // Who calls `init()` is told; whoever does not, reads it in the element.
    this.begin().catch(() => undefined)
  }

  disconnectedCallback(): void {
    // Moved within the page, an element is connected again in the same turn.
    queueMicrotask(() => this.isConnected || this.end())
  }

  /** Draw the window and open the line; resolves once it is up, rejects where this page may not speak with the server. */
  init(): Promise<void> {
    if (!this.isConnected) (document.querySelector('[data-derona]') ?? document.body).append(this)
    return this.begin()
  }

  /** Ask Derona; resolves with her answer. What is asked while the line is down is asked once it is back. */
  sendMessage(text: string): Promise<Reply> {
    const said = text.trim()
    if (!said) return Promise.reject(new TypeError('there is nothing to say'))
    const up = this.init()
    const id = this.ask(said)
    if (!id) return Promise.reject(new Error('too many messages wait already'))
    return new Promise((resolve, reject) => {
      this.promised.set(id, { resolve, reject })
      up.catch((error: Error) => this.keepPromise(id, () => reject(error)))
    })
  }

  /** What goes with every message: what the page says of its viewer, and what its player plays. */
  getUserContext(): UserContext {
    const listed = (name: string) => (this.getAttribute(name) ?? '').split(',').map((one) => one.trim()).filter(Boolean)
    return {
      favoriteGenres: listed('favorite-genres').filter((one) => one.length <= 64).slice(0, 32),
      watchedVideos: listed('watched-videos').filter((one) => TITLE.test(one)).slice(0, 200),
      currentVideo: playerState(this.player()),
    }
  }

  private begin(): Promise<void> {
    this.opened ??= new Promise((up, not) => {
      this.upOrNot = { up, not }
      this.open()
    })
    return this.opened
  }

  private open(): void {
    const house = new House(originOf(this.getAttribute('server'), import.meta.url))
    this.house = house
    this.toggleAttribute('guest', !house.own)
    this.say = speaker(this.lang || document.documentElement.lang)
    this.draw(house)
    house.enter()
    const player = this.player()
    if (player) watchStalls(player)
    const listener: Listener = {
      frame: (frame) => this.take(frame),
      state: (trouble) => this.standing(trouble),
      waiting: (ids) => this.mark(ids),
      context: () => this.getUserContext(),
    }
    this.line = new Line(house, listener, this.lang_)
    for (const letter of this.line.left) this.write(letter.id, letter.text)
    this.mark(new Set(this.line.left.map((letter) => letter.id)))
    // Left for another page, this one may be kept and shown again: it must not hold the conversation meanwhile.
    window.addEventListener('pagehide', this.rest)
    window.addEventListener('pageshow', this.wake)
    void this.line.open()
  }

  private readonly rest = (): void => this.line?.rest()
  private readonly wake = (event: PageTransitionEvent): void => {
    if (event.persisted) void this.line?.open()
  }

  private end(): void {
    window.removeEventListener('pagehide', this.rest)
    window.removeEventListener('pageshow', this.wake)
    this.line?.close()
    this.house?.leave()
    this.line = this.house = this.opened = null
    for (const timer of [this.typingTimer, this.moreTimer, this.revealTimer, this.limitTimer]) clearTimeout(timer)
    for (const { reject } of this.promised.values()) reject(new Error('the element was taken away'))
    this.promised.clear()
    this.turns.clear()
    this.asked.clear()
    this.last = null
    this.shadowRoot?.replaceChildren()
  }

  private get lang_(): 'pt' | 'en' {
    return (this.lang || document.documentElement.lang).toLowerCase().startsWith('en') ? 'en' : 'pt'
  }

  private player(): BitacaPlayer | null {
    const chosen = this.getAttribute('player')
    return chosen ? document.querySelector<BitacaPlayer>(chosen) : findPlayer()
  }

  // -- drawing

  private draw(house: House): void {
    const { say } = this
    const face = el('img', { src: house.url('/static/derona.svg'), alt: '', class: 'derona-face', width: 56, height: 56 })
    const fold = el('button', { type: 'button', class: 'derona-fold', 'aria-expanded': 'false', 'aria-label': say('chat_open') }, face)
    fold.addEventListener('click', () => this.unfold(!this.hasAttribute('open')))
    // What is said is told sentence by sentence beside it: pieces of words in a live region would be read one by one.
    this.log = el('div', { class: 'derona-log', role: 'log', 'aria-live': 'off', 'aria-label': say('chat_region'), tabindex: 0 })
    this.log.append(el('p', { class: 'derona-greeting' }, say('chat_greeting')))
    this.live = el('div', { class: 'derona-live unseen', 'aria-live': 'polite' })
    const stop = el('button', { type: 'button', class: 'derona-stop' }, say('chat_stop'))
    stop.addEventListener('click', () => {
      this.line?.stop()
      this.settle()
      this.input.focus()
    })
    this.typing = el('div', { class: 'derona-typing', hidden: true },
      el('span', { class: 'unseen', role: 'status' }, say('chat_typing')), el('i'), el('i'), el('i'), stop)
    this.note = el('p', { class: 'derona-note', role: 'status', hidden: true })
    this.chips = el('div', { class: 'derona-chips' })
    const leave = el('button', { type: 'button', class: 'derona-leave' }, say('chat_edit_cancel'))
    leave.addEventListener('click', () => this.change(false))
    this.editing = el('p', { class: 'derona-editing', hidden: true }, el('span', {}, say('chat_editing')), leave)
    const edit = el('button', { type: 'button', class: 'message-edit' }, say('chat_edit'))
    edit.addEventListener('click', () => this.change(true))
    const retry = el('button', { type: 'button', class: 'message-retry' }, say('chat_retry'))
    retry.addEventListener('click', () => this.retry())
    this.tools = el('div', { class: 'message-tools' }, edit, retry)
    this.input = el('input', {
      id: 'chat-input', type: 'text', maxlength: 1000, autocomplete: 'off', enterkeyhint: 'send',
      placeholder: say('chat_placeholder'), 'aria-label': say('chat_region'),
    })
    this.button = el('button', { id: 'send-btn', type: 'submit', 'aria-label': say('chat_send') }, say('chat_send'))
    const form = el('form', { class: 'derona-form' }, this.input, this.button)
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.submit()
    })
    const head = el('div', { class: 'derona-head' }, fold,
      el('p', { class: 'derona-who' }, el('strong', {}, say('chat_name')), el('span', {}, say('chat_role'))))
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' })
    root.adoptedStyleSheets = sheets()
    root.replaceChildren(head, this.log, this.live, this.typing, this.note, this.chips, this.editing, form)
    this.onkeydown = (event) => {
      event.stopPropagation() // the player's keys are not meant here
      if (event.key !== 'Escape') return
      if (this.changing) this.change(false)
      else this.unfold(false)
    }
    this.offer([say('chip_1'), say('chip_2'), say('chip_3')])
  }

  /** On a phone the conversation is a sheet that rises over the page's lower part. */
  private unfold(open: boolean): void {
    this.toggleAttribute('open', open)
    const fold = this.shadowRoot?.querySelector('.derona-fold')
    fold?.setAttribute('aria-expanded', String(open))
    fold?.setAttribute('aria-label', this.say(open ? 'chat_close' : 'chat_open'))
  }

  // -- the viewer speaks

  private submit(): void {
    const said = this.input.value.trim()
    if (!said || this.button.disabled) return
    if (this.changing) this.reword(said)
    else if (this.ask(said)) this.input.value = ''
  }

  /** Say something new; return its number, null when too much waits already. */
  private ask(text: string): string | null {
    if (!this.line) return null
    if (this.line.left.length >= KEPT_MAX) {
      this.tell(this.say('chat_full'))
      return null
    }
    this.change(false)
    this.unfold(true)
    const id = this.line.send({ type: 'message', text })
    this.write(id, text)
    this.expect()
    return id
  }

  /** Put the viewer's words into the log; what was not sent says so. */
  private write(id: string, text: string): void {
    const waits = el('span', { class: 'message-state', hidden: true }, this.say('chat_waiting'))
    const mine = el('div', { class: 'viewer-message' },
      el('p', {}, el('span', { class: 'unseen' }, `${this.say('chat_you')}: `), el('span', { class: 'viewer-text' }, text)), waits)
    this.asked.set(id, mine)
    if (this.asked.size > TURNS_KEPT) this.asked.delete(this.asked.keys().next().value as string)
    this.last = { id, text }
    this.log.append(mine, this.tools)
    this.mark(new Set(this.line?.left.map((letter) => letter.id)))
    this.scrollTo_(mine)
  }

  /** Begin to change the last message, or leave it as it was. */
  private change(on: boolean): void {
    if (on === this.changing || (on && !this.last)) return
    this.changing = on
    this.editing.hidden = !on
    this.input.value = on && this.last ? this.last.text : ''
    this.input.focus()
    this.follow() // the line above the input takes its room from the log
  }

  private reword(text: string): void {
    const { last, line } = this
    this.change(false)
    if (!last || !line || text === last.text) return
    if (line.reword(last.id, text)) this.rename(last.id, last.id, text)
    else this.again(last.id, line.send({ type: 'edit', text, of: last.id }), text)
  }

  private retry(): void {
    const { last, line } = this
    if (!last || !line || this.button.disabled || line.left.some((letter) => letter.id === last.id)) return
    this.change(false)
    this.again(last.id, line.send({ type: 'retry', text: last.text, of: last.id }), last.text)
  }

  /** The last message takes another number and its answer leaves: another one is on its way. */
  private again(of: string, id: string, text: string): void {
    for (const key of [of, `${of}-2`]) {
      this.turns.get(key)?.article.remove()
      this.turns.delete(key)
    }
    this.rename(of, id, text)
    this.promised.set(id, this.promised.get(of) ?? { resolve: () => undefined, reject: () => undefined })
    this.promised.delete(of)
    this.expect()
    this.input.focus()
  }

  private rename(from: string, to: string, text: string): void {
    const mine = this.asked.get(from)
    this.asked.delete(from)
    this.last = { id: to, text }
    if (!mine) return
    this.asked.set(to, mine)
    const words = mine.querySelector('.viewer-text')
    if (words) words.textContent = text
    this.mark(new Set(this.line?.left.map((letter) => letter.id)))
  }

  private expect(): void {
    clearTimeout(this.typingTimer)
    this.typingTimer = window.setTimeout(() => (this.typing.hidden = !this.line?.busy), TYPING_AFTER_MS)
  }

  // -- the line speaks

  private standing(trouble: Trouble | null): void {
    const { house } = this
    if (!house) return
    const closed = trouble === 'refused' || trouble === 'blocked'
    this.input.disabled = this.button.disabled = closed
    this.classList.toggle('closed', closed)
    if (trouble === null) this.upOrNot?.up()
    if (closed) this.upOrNot?.not(new Error(`${trouble}: ${house.base} and ${location.origin}`))
    if (trouble) this.settle()
    const keys = { refused: 'chat_refused', blocked: 'chat_blocked', offline: 'chat_offline' } as const
    this.tell(trouble && this.say(keys[trouble], { page: location.origin, house: house.base }))
  }

  private mark(waiting: ReadonlySet<string>): void {
    for (const [id, mine] of this.asked) {
      const state = mine.querySelector<HTMLElement>('.message-state')
      if (state) state.hidden = !waiting.has(id)
    }
    // What was not asked yet cannot be asked again.
    const retry = this.tools.querySelector<HTMLElement>('.message-retry')
    if (retry) retry.hidden = this.last !== null && waiting.has(this.last.id)
  }

  private take(frame: Frame): void {
    switch (frame.type) {
      case 'hello':
        this.greet(frame.text)
        this.recount(frame.said ?? [])
        break
      case 'cards':
        this.answer(frame.id, frame.cards)
        break
      case 'delta':
        this.speak(frame.id, frame.text)
        break
      case 'more': {
        // A model's words after an answer that stands already.
        this.speak(frame.id, ` ${frame.text}`, true)
        this.cite(frame.id, frame.citations ?? [])
        this.typing.hidden = false
        clearTimeout(this.moreTimer)
        this.moreTimer = window.setTimeout(() => (this.typing.hidden = !this.line?.busy), MORE_WAIT_MS)
        break
      }
      case 'action':
        void this.carryOut(frame)
        break
      case 'done':
        this.finish(frame)
        break
      case 'rate_limited':
        this.settle()
        this.countDown(Math.ceil(frame.retry_ms / 1000))
        break
      case 'error':
        this.settle()
        this.tell(this.say('chat_failed'))
        if (frame.id) this.keepPromise(frame.id, ({ reject }) => reject(new Error(`${frame.kind} ${frame.message}`.trim())))
        break
    }
  }

  private greet(text: string): void {
    const greeting = this.log.querySelector('.derona-greeting')
    if (greeting && text) greeting.textContent = text
  }

  /** Show what was said on the page before; answers of the past carry no cards. */
  private recount(said: Said[]): void {
    if (this.log.querySelector('.viewer-message, .bot-message, .past-message')) return
    for (const { role, text } of said) {
      const yours = role === 'viewer'
      const who = el('span', { class: 'unseen' }, `${this.say(yours ? 'chat_you' : 'chat_name')}: `)
      this.log.append(yours ? el('div', { class: 'viewer-message' }, el('p', {}, who, text)) : el('p', { class: 'past-message' }, who, text))
    }
    if (said.length) this.follow()
  }

  /** Begin an answer: its cards first. One that is told again takes the place of what was told before. */
  private answer(id: string, cards: Card[]): void {
    this.tell(null)
    const text = el('p', { class: 'bot-text' })
    const article = el('article', { class: 'bot-message', 'aria-busy': 'true', 'aria-label': this.say('chat_name') })
    if (cards.length) {
      article.append(carousel(cards, this.desk()))
      this.announce(told(cards, this.say))
    }
    article.append(text)
    const reply: Reply = { id, text: '', recommendations: cards, chips: [], citations: [], links: [], stopped: false }
    const before = this.turns.get(id)
    if (before) before.article.replaceWith(article)
    else this.log.append(article)
    this.turns.set(id, { article, text, pending: '', sentences: new Sentences(), reply })
    if (this.turns.size > TURNS_KEPT) this.turns.delete(this.turns.keys().next().value as string)
    this.scrollTo_(article)
  }

  private speak(id: string, text: string, whole = false): void {
    const turn = this.turns.get(id)
    if (!turn) return
    turn.pending += text
    turn.reply.text += text
    for (const sentence of turn.sentences.feed(text)) this.announce(sentence)
    if (whole) this.announce(turn.sentences.end())
    this.reveal()
  }

  private finish(frame: Frame & { type: 'done' }): void {
    const turn = this.turns.get(frame.id)
    this.settle()
    if (frame.chips.length) this.offer(frame.chips)
    if (turn) {
      turn.article.removeAttribute('aria-busy')
      this.announce(turn.sentences.end())
      if (frame.stopped) turn.article.append(el('p', { class: 'bot-aside' }, this.say('chat_stopped')))
      Object.assign(turn.reply, { chips: frame.chips, stopped: frame.stopped === true, text: turn.reply.text || (frame.text ?? '') })
    }
    this.cite(frame.id, frame.citations ?? [])
    this.lead(frame.id, frame.links ?? [])
    const none: Reply = { id: frame.id, text: frame.text ?? '', recommendations: [], chips: frame.chips, citations: [], links: [], stopped: frame.stopped === true }
    this.keepPromise(frame.id, ({ resolve }) => resolve(turn?.reply ?? none))
    this.follow()
  }

  private keepPromise(id: string, keep: (promised: Promised) => void): void {
    const promised = this.promised.get(id)
    this.promised.delete(id)
    if (promised) keep(promised)
  }

  /** Buttons to the moments that an answer names. */
  private cite(id: string, citations: readonly Citation[]): void {
    const turn = this.turns.get(id)
    const fit = citations.filter(({ title_id, start_s, text }) => TITLE.test(title_id) && start_s >= 0 && typeof text === 'string')
    if (!turn || !fit.length) return
    turn.reply.citations.push(...fit)
    const list = el('ul', { class: 'citations', role: 'list' }, ...fit.map((citation) => {
      const at = clock(citation.start_s)
      const button = el('button', { type: 'button', class: 'citation', 'aria-label': `${this.say('chat_cite', { at })}: ${citation.text}` },
        el('span', { class: 'citation-at' }, at), el('q', {}, citation.text))
      button.addEventListener('click', () => void this.carryOut({ action: 'seek_scene', value: citation, seq: 0, id }))
      return el('li', {}, button)
    }))
    turn.article.append(list)
    this.follow()
  }

  /** Links to the pages of the house that an answer speaks of. */
  private lead(id: string, links: readonly Link[]): void {
    const { house } = this
    const turn = this.turns.get(id)
    if (!house || !turn || !links.length) return
    turn.reply.links.push(...links)
    turn.article.append(el('p', { class: 'bot-links' }, ...links.map(({ label, path }) => el('a', { href: house.url(path) }, label))))
  }

  /** Show words as they are spoken: a few characters a frame, all at once where motion is unwelcome. */
  private reveal(): void {
    if (this.revealTimer) return
    const still = motion() === 'auto'
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

  // -- what the page does for her

  private desk(): Desk {
    return {
      house: this.house as House,
      say: this.say,
      watch: (title, at_s) => {
        if (!this.playsHere(title)) return false
        void this.carryOut({ action: 'play', value: at_s === null ? title : { title_id: title, position_s: at_s }, seq: 0, id: null })
        return true
      },
      ask: (text) => void this.ask(text),
      hide: (title, on) => this.hide(title, on),
      announce: (text) => {
        this.announce(text)
        if (text === this.say('say_failed')) this.tell(text)
      },
    }
  }

  /** A title's own page shows that title only; on any other page the player that stands there plays what is wished. */
  private playsHere(title: string): boolean {
    const player = this.player()
    const itsOwn = this.house?.own && location.pathname.startsWith('/watch/')
    return player !== null && (!itsOwn || player.dataset['title'] === title)
  }

  private async openTitle(title: string, at_s: number | null): Promise<Result> {
    const { house } = this
    if (!house) return { ok: false, reason: 'failed' }
    const handled = !this.dispatchEvent(new CustomEvent('watchtitle', { bubbles: true, cancelable: true, detail: { title_id: title, position_s: at_s } }))
    if (handled) return { ok: true }
    const player = this.player()
    if (player && this.playsHere(title)) return present(player, title, at_s, house, this.lang_)
    const address = house.url(`/watch/${title}${at_s === null ? '' : `?t=${Math.floor(at_s)}`}`)
    const go = async (): Promise<Result> => {
      location.assign(address)
      return { ok: true }
    }
    // Nobody is taken away from somebody else's page by what was said.
    return house.own ? go() : { ok: false, reason: 'gesture', again: go }
  }

  /** Do what was asked of the player, tell the server whether it was done, and the viewer where it was not. */
  private async carryOut(frame: { action: string; value: unknown; seq: number; id: string | null }): Promise<void> {
    const { action } = frame
    if (DONE_ALREADY.has(action)) return
    const result = await act(action, frame.value, { player: this.player(), open: (title, at_s) => this.openTitle(title, at_s) })
    this.line?.acted(frame.seq, result.ok, result.ok ? null : result.reason)
    if (result.ok) return
    if (result.again) this.press(frame.id, action, result.again)
    else this.remark(frame.id, this.say(`act_${result.reason}` as Key))
  }

  private remark(id: string | null, text: string, ...more: Node[]): HTMLElement {
    const remark = el('p', { class: 'bot-aside' }, text, ...more)
    const turn = id === null ? undefined : this.turns.get(id)
    ;(turn?.article ?? this.log).append(remark)
    this.announce(text)
    this.follow()
    return remark
  }

  /** Put a button where the browser wants a press. */
  private press(id: string | null, action: string, again: () => Promise<Result>): void {
    const keys: Record<string, Key> = { fullscreen: 'chat_press_fullscreen', cast: 'chat_press_cast' }
    const opens = OPENING.has(action) ? (this.player() ? 'chat_press_play' : 'chat_press_watch') : 'chat_press_play'
    const button = el('button', { type: 'button', class: 'bot-press' }, this.say(keys[action] ?? opens))
    const remark = this.remark(id, `${this.say('chat_press')} `, button)
    button.addEventListener('click', async () => {
      const result = await again()
      if (result.ok) remark.remove()
      else this.remark(id, this.say(`act_${result.reason === 'gesture' ? 'failed' : result.reason}` as Key))
    })
  }

  private async hide(title: string, on: boolean): Promise<boolean> {
    const body = JSON.stringify({ title_id: title, say: on ? 'hide' : 'unhide' })
    try {
      const answer = await this.house?.fetch('/api/opinion', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      return answer?.ok === true
    } catch {
      return false // the network; the ticket stays, and the note says so
    }
  }

  // -- notes

  private settle(): void {
    clearTimeout(this.typingTimer)
    this.typing.hidden = true
    if (this.line?.busy) this.expect()
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

  /** Tell a screen reader, once what it says now is said. */
  private announce(text: string): void {
    if (!text) return
    this.live.append(el('p', {}, text))
    while (this.live.childElementCount > ANNOUNCED_KEPT) this.live.firstElementChild?.remove()
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
      this.tell(this.say('chat_limited', { seconds: left }))
      left -= 1
    }
    tick()
    this.limitTimer = window.setInterval(tick, 1000)
  }

  /** Bring the end of what was said into view: the words come after the cards, often below the fold. */
  private follow(): void {
    requestAnimationFrame(() => this.log.scrollTo({ top: this.log.scrollHeight, behavior: motion() }))
  }

  private scrollTo_(target: HTMLElement): void {
    this.log.scrollTo({ top: target.offsetTop - this.log.offsetTop - 8, behavior: motion() })
  }
}

/** Parsed once for every window of the page. A constructed sheet is not inline style: no policy of a page forbids it. */
let parsed: CSSStyleSheet[] | null = null

function sheets(): CSSStyleSheet[] {
  parsed ??= [badges, look].map((text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
  return parsed
}

export function defineDerona(): void {
  if (!customElements.get('derona-chat')) customElements.define('derona-chat', DeronaChat)
}
