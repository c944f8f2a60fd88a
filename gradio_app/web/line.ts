// The line to the box office: one WebSocket that comes back by itself, plain POST where there is none, and an outbox.
import { Closed, type House, type Trouble } from './house'
import type { PlayerState } from './player'

export interface Card {
  title_id: string
  title: string
  year: number | null
  poster: string
  reason: string
  playable: boolean
  watch_url: string
  age_rating: string | null
  descriptors: string[]
  arriving: boolean
  duration: string
  kind: string
  /** Where the viewer stopped, or where what was asked for begins. */
  position_s?: number | null
}

/** A line of the conversation so far. */
export interface Said {
  role: 'viewer' | 'derona'
  text: string
}

/** A moment that an answer names: a button leads there. */
export interface Citation {
  title_id: string
  start_s: number
  text: string
}

/** A page of the house that an answer speaks of. */
export interface Link {
  label: string
  path: string
}

export type Frame =
  | { type: 'hello'; seq: number; id: null; session: string; resumed: boolean; text: string; said?: Said[] }
  | { type: 'cards'; seq: number; id: string; cards: Card[]; lang: string }
  | { type: 'delta'; seq: number; id: string; text: string }
  | { type: 'more'; seq: number; id: string; text: string; citations?: Citation[] }
  | { type: 'action'; seq: number; id: string; action: string; value: unknown }
  | { type: 'done'; seq: number; id: string; text?: string; chips: string[]; stopped?: boolean; citations?: Citation[]; links?: Link[] }
  | { type: 'rate_limited'; seq: number; id: string | null; retry_ms: number }
  | { type: 'error'; seq: number; id: string | null; kind: string; message: string }

/** What the viewer asks: something new, the last message in other words, or the same again. */
export type Wish =
  | { type: 'message'; text: string }
  | { type: 'edit'; text: string; of: string }
  | { type: 'retry'; text: string; of: string }

/** A wish with its number, in the order in which it was made. */
export type Letter = Wish & { id: string }

/** What the page knows of its viewer, for the shape of `POST /api/chat/message`. */
export interface UserContext {
  favoriteGenres: string[]
  watchedVideos: string[]
  currentVideo: PlayerState | null
}

/** What the element hears of its line. */
export interface Listener {
  frame(frame: Frame): void
  /** The line is up, or why it is not. */
  state(trouble: Trouble | null): void
  /** Which letters still wait to be sent. */
  waiting(ids: ReadonlySet<string>): void
  context(): UserContext
}

const OPEN_WAIT_MS = 2500
/** Where a tab keeps its conversation while it goes from page to page. */
const PLACE = 'bitaca.chat'
/** Where a tab keeps what could not be sent yet. */
const OUTBOX = 'bitaca.chat.outbox'
const RETRY_MS = [400, 1000, 2500, 5000, 10000]
/** Sent and not answered at a time; the server lets eight wait. */
const UNDER_WAY_MAX = 4
/** A tab that was duplicated waits so long for the other's conversation before it begins its own. */
const CLAIM_WAIT_MS = 300
/** As much as may wait: more is told so before it is said. */
export const KEPT_MAX = 20

/** Sends wishes and hands over frames, in order and once each, whatever the network does. */
export class Line {
  private socket: WebSocket | null = null
  private session: string | null = null
  private seq = 0
  private attempt = 0
  private ready = false
  private closed = false
  private outbox: Letter[] = []
  private underWay = new Map<string, Letter>()
  private timer = 0
  private pauseTimer = 0
  private pausedUntil = 0
  private count = 0
  private posting = false
  private release: (() => void) | null = null

  constructor(
    private readonly house: House,
    private readonly listener: Listener,
    private readonly lang: string,
  ) {
    const [session, seq] = recall()
    this.session = session
    this.seq = seq
    this.outbox = recallOutbox()
  }

  /** Letters that wait from the page before this one. */
  get left(): readonly Letter[] {
    return this.outbox
  }

  async open(): Promise<void> {
    if (this.socket || this.closed) return
    clearTimeout(this.timer)
    if (this.session && !this.release && !(await this.claim(this.session))) {
      this.session = null
      this.seq = 0
    }
    let address: string
    try {
      address = await this.house.socket()
    } catch (error) {
      const trouble = error instanceof Closed ? error.trouble : 'offline'
      this.listener.state(trouble)
      // A list and a policy do not change while a page is open.
      if (trouble === 'offline') this.comeBack()
      return
    }
    if (this.socket || this.closed) return
    const socket = new WebSocket(address)
    this.socket = socket
    socket.onopen = () => {
      const first = this.session
        ? { v: 1, type: 'resume', session: this.session, seq: this.seq }
        : { v: 1, type: 'hello' }
      socket.send(JSON.stringify({ ...first, lang: this.lang }))
    }
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as Frame)
    socket.onclose = () => this.lost(socket)
  }

  /** Let go of the socket and the conversation while the page is not seen; `open` takes both up again.
   *
   * Without a code the server expects the page back, and goes on with what it is saying.
   */
  rest(code?: number): void {
    for (const timer of [this.timer, this.pauseTimer]) clearTimeout(timer)
    this.release?.()
    this.release = null
    const { socket } = this
    this.socket = null
    this.ready = false
    socket?.close(code)
  }

  close(): void {
    this.closed = true
    this.rest(1000)
  }

  /** Send a wish, or keep it until that is possible; return its number. */
  send(wish: Wish): string {
    const id = this.number()
    this.outbox.push({ ...wish, id })
    this.flush()
    if (!this.ready) {
      void this.open()
      setTimeout(() => void this.fallBack(), OPEN_WAIT_MS)
    }
    return id
  }

  /** Put other words in a letter that still waits; false when it has left. */
  reword(id: string, text: string): boolean {
    const at = this.outbox.findIndex((letter) => letter.id === id)
    const letter = this.outbox[at]
    if (!letter) return false
    this.outbox[at] = { ...letter, text }
    this.tell()
    return true
  }

  /** Whether something was asked and its answer has not ended. */
  get busy(): boolean {
    return this.posting || (this.ready && this.underWay.size > 0)
  }

  stop(): void {
    if (this.ready) this.write({ type: 'stop' })
  }

  /** Tell what became of an action. */
  acted(seq: number, ok: boolean, reason: string | null): void {
    if (this.ready && seq > 0) this.write({ type: 'acted', seq, ok, ...(reason ? { reason } : {}) })
  }

  private write(frame: object): void {
    this.socket?.send(JSON.stringify({ v: 1, ...frame }))
  }

  /** Numbers ascend in the order of their letters, and those of two tabs differ. */
  private number(): string {
    this.count += 1
    const order = Date.now().toString(36) + this.count.toString(36).padStart(4, '0')
    return `m${order}${Math.random().toString(36).slice(2, 8)}`
  }

  /** Send what waits, in order, as far as the line and its limits permit. */
  private flush(): void {
    const { currentVideo, ...context } = this.told()
    while (this.ready && this.outbox.length && this.underWay.size < UNDER_WAY_MAX && Date.now() >= this.pausedUntil) {
      const letter = this.outbox.shift() as Letter
      this.underWay.set(letter.id, letter)
      const { text, ...again } = letter
      this.write({ ...(letter.type === 'retry' ? again : letter), player: currentVideo, context })
    }
    this.tell()
  }

  private tell(): void {
    rememberOutbox(this.outbox)
    this.listener.waiting(new Set(this.outbox.map((letter) => letter.id)))
  }

  /** What the page says of its viewer: with no list of what was watched, the server has its own. */
  private told(): Partial<UserContext> {
    const { watchedVideos, ...context } = this.listener.context()
    return watchedVideos.length ? { ...context, watchedVideos } : context
  }

  private receive(frame: Frame): void {
    if (frame.type === 'hello') {
      this.welcome(frame)
      return
    }
    if (frame.seq <= this.seq) return
    this.seq = frame.seq
    // Before it is acted on: an action may leave this page, and must not be repeated on the next.
    remember(this.session, this.seq)
    if (!this.sayAnew(frame)) {
      this.settle(frame)
      this.listener.frame(frame)
    }
    this.flush()
  }

  /** What replaces a message that the server knows no more (it was stopped, or is long ago) is said as a new one. */
  private sayAnew(frame: Frame): boolean {
    if (frame.type !== 'error' || frame.kind !== 'unknown-message' || !frame.id) return false
    const letter = this.underWay.get(frame.id)
    if (!letter || letter.type === 'message') return false
    this.underWay.delete(letter.id)
    this.outbox.unshift({ type: 'message', id: letter.id, text: letter.text })
    return true
  }

  private welcome(frame: Frame & { type: 'hello' }): void {
    const known = this.session
    this.session = frame.session
    if (frame.session !== known) void this.claim(frame.session)
    if (!frame.resumed) this.seq = frame.seq
    remember(this.session, this.seq)
    this.ready = true
    this.attempt = 0
    this.listener.state(null)
    this.listener.frame(frame)
    // What was asked and not answered yet is asked again: the server answers a number once.
    this.putBack(this.underWay.values())
    this.underWay.clear()
    this.flush()
  }

  private settle(frame: Frame): void {
    const { id } = frame
    if (!id) return
    if (frame.type === 'rate_limited') {
      // It was not heard: it waits, before whatever was said after it.
      const letter = this.underWay.get(id)
      if (letter) this.putBack([letter])
      this.pause(frame.retry_ms)
    }
    if (frame.type === 'done' || frame.type === 'error' || frame.type === 'rate_limited') this.underWay.delete(id)
  }

  /** Let letters wait again, among the others in the order in which all were said. */
  private putBack(letters: Iterable<Letter>): void {
    this.outbox = [...this.outbox, ...letters].sort((one, other) => (one.id < other.id ? -1 : 1))
  }

  private pause(retry_ms: number): void {
    this.pausedUntil = Date.now() + retry_ms
    clearTimeout(this.pauseTimer)
    this.pauseTimer = setTimeout(() => (this.ready ? this.flush() : void this.fallBack()), retry_ms + 50)
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return
    this.socket = null
    const was = this.ready
    this.ready = false
    if (this.closed) return
    if (was || this.attempt > 1) this.listener.state('offline')
    this.comeBack()
  }

  private comeBack(): void {
    const wait = RETRY_MS[Math.min(this.attempt++, RETRY_MS.length - 1)] ?? 10000
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.open(), wait * (0.7 + Math.random() * 0.6))
  }

  /** Hold the conversation for this tab alone: a duplicated tab has a copy of its key. */
  private claim(session: string): Promise<boolean> {
    this.release?.()
    this.release = null
    const { locks } = navigator
    if (!locks) return Promise.resolve(true) // not a secure context: nobody tells the tabs apart
    return new Promise((claimed) => {
      const patience = new AbortController()
      const timer = setTimeout(() => patience.abort(), CLAIM_WAIT_MS)
      const held = locks.request(`${PLACE} ${session}`, { signal: patience.signal }, () => {
        clearTimeout(timer)
        claimed(true)
        return new Promise<void>((release) => (this.release = release))
      })
      held.catch(() => claimed(false))
    })
  }

  /** The socket did not open in time (a proxy that knows no WebSocket): ask by POST, one after the other. */
  private async fallBack(): Promise<void> {
    if (this.posting) return
    this.posting = true
    try {
      while (!this.ready && !this.closed && this.outbox[0] && Date.now() >= this.pausedUntil) {
        const letter = this.outbox[0]
        if (!(await this.post(letter))) return // it waits for the network
        this.outbox = this.outbox.filter((other) => other.id !== letter.id)
        this.tell()
      }
    } finally {
      this.posting = false
    }
  }

  /** Ask by POST; false when the letter has to wait. */
  private async post(letter: Letter): Promise<boolean> {
    const body = JSON.stringify({ id: letter.id, message: letter.text, context: this.told() })
    const { id } = letter
    let answer: Response
    try {
      answer = await this.house.fetch(`/api/chat/message?lang=${this.lang}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    } catch (error) {
      this.listener.state(error instanceof Closed ? error.trouble : 'offline')
      return false
    }
    const give = (frame: Frame) => this.listener.frame(frame)
    const read = await answer.json().catch(() => null)
    if (answer.status === 429) {
      const retry_ms = Number(read?.error?.retry_ms ?? 6000)
      this.pause(retry_ms)
      give({ type: 'rate_limited', seq: 0, id, retry_ms })
      return false
    }
    if (!answer.ok || !read) {
      give({ type: 'error', seq: 0, id, kind: String(read?.error?.kind ?? 'error'), message: '' })
      return true
    }
    give({ type: 'cards', seq: 0, id, cards: read.recommendations, lang: read.lang })
    for (const action of read.actions) give({ type: 'action', seq: 0, id, ...action })
    give({ type: 'delta', seq: 0, id, text: read.text })
    give({ type: 'done', seq: 0, id, text: read.text, chips: read.chips, citations: read.citations ?? [], links: read.links ?? [] })
    return true
  }
}

function stored(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return '' // storage is closed to this page: every page begins a conversation
  }
}

function store(key: string, value: string): void {
  try {
    if (value) sessionStorage.setItem(key, value)
    else sessionStorage.removeItem(key)
  } catch {
    // Without storage the conversation lasts as long as the page.
  }
}

function recall(): [string | null, number] {
  const [session, seq] = stored(PLACE).split(' ')
  return session ? [session, Number(seq) || 0] : [null, 0]
}

function remember(session: string | null, seq: number): void {
  store(PLACE, `${session ?? ''} ${seq}`)
}

function recallOutbox(): Letter[] {
  try {
    const found: unknown = JSON.parse(stored(OUTBOX) || '[]')
    return Array.isArray(found) ? found.filter(isLetter).slice(-KEPT_MAX) : []
  } catch {
    return [] // something else of that name
  }
}

function isLetter(found: unknown): found is Letter {
  const letter = found as Letter | null
  return typeof letter?.id === 'string' && typeof letter.text === 'string' && ['message', 'edit', 'retry'].includes(letter.type)
}

function rememberOutbox(outbox: readonly Letter[]): void {
  store(OUTBOX, outbox.length ? JSON.stringify(outbox) : '')
}
