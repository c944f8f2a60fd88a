// The line to the box office: one WebSocket that comes back by itself, and plain POST when it cannot.

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
}

export interface PlayerState {
  title_id: string | null
  position_s: number
  paused: boolean
}

/** A line of the conversation so far. */
export interface Said {
  role: 'viewer' | 'derona'
  text: string
}

export type Frame =
  | { type: 'hello'; seq: number; id: null; session: string; resumed: boolean; text: string; said?: Said[] }
  | { type: 'cards'; seq: number; id: string; cards: Card[]; lang: string }
  | { type: 'delta'; seq: number; id: string; text: string }
  | { type: 'more'; seq: number; id: string; text: string }
  | { type: 'action'; seq: number; id: string; action: string; value: unknown }
  | { type: 'done'; seq: number; id: string; text?: string; chips: string[]; stopped?: boolean }
  | { type: 'rate_limited'; seq: number; id: string | null; retry_ms: number }
  | { type: 'error'; seq: number; id: string | null; kind: string; message: string }

const OPEN_WAIT_MS = 2500
/** Where a tab keeps its conversation while it goes from page to page. */
const PLACE = 'bitaca.chat'
const RETRY_MS = [400, 1000, 2500, 5000, 10000]

interface Waiting {
  id: string
  text: string
  player: PlayerState | null
}

/** Sends messages and hands over frames, in order and once each, whatever the network does. */
export class Line {
  private socket: WebSocket | null = null
  private session: string | null = null
  private seq = 0
  private attempt = 0
  private ready = false
  private closed = false
  private queue: Waiting[] = []
  private unanswered = new Map<string, Waiting>()
  private timer = 0

  constructor(
    private readonly onFrame: (frame: Frame) => void,
    private readonly onState: (up: boolean) => void,
  ) {
    const [session, seq] = recall()
    this.session = session
    this.seq = seq
  }

  open(): void {
    if (this.socket || this.closed) return
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocket(`${scheme}://${location.host}/ws/chat`)
    this.socket = socket
    socket.onopen = () => {
      const first = this.session
        ? { v: 1, type: 'resume', session: this.session, seq: this.seq }
        : { v: 1, type: 'hello' }
      socket.send(JSON.stringify({ ...first, lang: document.documentElement.lang.slice(0, 2) }))
    }
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as Frame)
    socket.onclose = () => this.lost(socket)
  }

  close(): void {
    this.closed = true
    clearTimeout(this.timer)
    this.socket?.close()
    this.socket = null
  }

  send(text: string, player: PlayerState | null): string {
    const id = `m${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
    const message = { id, text, player }
    if (this.ready) this.write(message)
    else {
      this.queue.push(message)
      this.open()
      setTimeout(() => this.fallBack(message), OPEN_WAIT_MS)
    }
    return id
  }

  stop(): void {
    if (this.ready) this.socket?.send(JSON.stringify({ v: 1, type: 'stop' }))
  }

  private write(message: Waiting): void {
    this.unanswered.set(message.id, message)
    this.socket?.send(JSON.stringify({ v: 1, type: 'message', ...message }))
  }

  private receive(frame: Frame): void {
    if (frame.type === 'hello') {
      const resumed = frame.resumed
      this.session = frame.session
      if (!resumed) this.seq = frame.seq
      remember(this.session, this.seq)
      this.ready = true
      this.attempt = 0
      this.onState(true)
      this.onFrame(frame)
      // What was asked on a line that broke before its answer is asked again, unless the answer is replayed.
      if (!resumed) for (const message of this.unanswered.values()) this.queue.unshift(message)
      for (const message of this.queue.splice(0)) this.write(message)
      return
    }
    if (frame.seq <= this.seq) return
    this.seq = frame.seq
    // Before it is acted on: an action may leave this page, and must not be repeated on the next.
    remember(this.session, this.seq)
    if (frame.id && (frame.type === 'done' || frame.type === 'error' || frame.type === 'rate_limited')) {
      this.unanswered.delete(frame.id)
    }
    this.onFrame(frame)
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return
    this.socket = null
    const was = this.ready
    this.ready = false
    if (this.closed) return
    if (was || this.attempt > 1) this.onState(false)
    const wait = RETRY_MS[Math.min(this.attempt++, RETRY_MS.length - 1)] ?? 10000
    this.timer = window.setTimeout(() => this.open(), wait * (0.7 + Math.random() * 0.6))
  }

  /** The socket did not open in time (a proxy that knows no WebSocket): ask by POST. */
  private async fallBack(message: Waiting): Promise<void> {
    const at = this.queue.indexOf(message)
    if (at < 0 || this.ready) return
    this.queue.splice(at, 1)
    try {
      await this.post(message)
    } catch {
      this.onFrame({ type: 'error', seq: 0, id: message.id, kind: 'network', message: '' })
    }
  }

  private async post(message: Waiting): Promise<void> {
    const body = JSON.stringify({ message: message.text, context: { currentVideo: message.player?.title_id ? message.player : null } })
    const ask = () =>
      fetch('/api/chat/message', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    let answer = await ask()
    if (answer.status === 401) {
      await fetch('/api/session', { method: 'POST' })
      answer = await ask()
    }
    const id = message.id
    const read = await answer.json()
    if (answer.status === 429) {
      this.onFrame({ type: 'rate_limited', seq: 0, id, retry_ms: Number(read.error?.retry_ms ?? 6000) })
      return
    }
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
    this.onFrame({ type: 'cards', seq: 0, id, cards: read.recommendations, lang: read.lang })
    for (const action of read.actions) this.onFrame({ type: 'action', seq: 0, id, ...action })
    this.onFrame({ type: 'delta', seq: 0, id, text: read.text })
    this.onFrame({ type: 'done', seq: 0, id, text: read.text, chips: read.chips })
  }
}

function recall(): [string | null, number] {
  try {
    const [session, seq] = (sessionStorage.getItem(PLACE) ?? '').split(' ')
    return session ? [session, Number(seq) || 0] : [null, 0]
  } catch {
    return [null, 0] // storage is closed to this page: every page begins a conversation
  }
}

function remember(session: string | null, seq: number): void {
  try {
    sessionStorage.setItem(PLACE, `${session ?? ''} ${seq}`)
  } catch {
    // Without storage the conversation lasts as long as the page.
  }
}
