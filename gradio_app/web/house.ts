// The server as a page sees it: from a page of its own by the cookie, from a page of another origin by a token.
import { localPath } from './dom'

/** Why a server cannot be spoken to: the page's origin is not on its list, the page's own policy forbids it, or it is away. */
export type Trouble = 'refused' | 'blocked' | 'offline'

export class Closed extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble)
  }
}

interface Session {
  token: string
  expires_in_s: number
  ticket: string
}

interface Kept {
  token: string
  until_ms: number
}

/** A token is renewed this long before it expires: the profile behind it lives as long as its tokens follow each other. */
const RENEW_BEFORE_MS = 120_000
/** Browsers report what a policy forbade a moment after the request has failed. */
const REPORT_WAIT_MS = 100

export class House {
  readonly own: boolean
  private kept: Kept | null
  private opening: Promise<Session> | null = null
  private renewal = 0
  private readonly forbidden = new Set<string>()
  private readonly note = (event: SecurityPolicyViolationEvent): void => {
    if (event.disposition === 'enforce' && addressOf(event.blockedURI) === addressOf(this.base)) this.forbidden.add(event.effectiveDirective)
  }

  /** `base` is the server's origin. */
  constructor(readonly base: string) {
    this.own = base === location.origin
    this.kept = this.own ? null : recall(base)
  }

  /** Be told what the page's own policy forbids, and keep the token alive. Give back with `leave`. */
  enter(): void {
    document.addEventListener('securitypolicyviolation', this.note)
    this.plan()
  }

  leave(): void {
    document.removeEventListener('securitypolicyviolation', this.note)
    clearTimeout(this.renewal)
  }

  /** Return the address of one of the server's own paths; of anything else, '#'. */
  url(path: string): string {
    const local = localPath(path)
    return this.own || local === '#' ? local : this.base + local
  }

  /** `fetch`, as the viewer. A session that has ended is replaced, once. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const answer = await this.send(path, init)
    if (answer.status !== 401) return answer
    this.forget()
    await this.session()
    return this.send(path, init)
  }

  /** Return the address to open a socket at; from another origin with a ticket, which opens one socket.
   *
   * Throws `Closed` where this page may not speak with the server, or does not reach it.
   */
  async socket(): Promise<string> {
    const address = `${this.base.replace(/^http/, 'ws')}/ws/chat`
    if (this.own) return address
    const { ticket } = await this.session()
    return `${address}?ticket=${encodeURIComponent(ticket)}`
  }

  /** Return what stands between this page and the server, after a request has failed. */
  async trouble(): Promise<Trouble> {
    if (this.own) return 'offline'
    try {
      // Built files are open to every page: where one comes, the server is there and refuses the rest to this origin.
      await fetch(`${this.base}/static/icon.svg`, { credentials: 'omit', cache: 'no-store' })
      return 'refused'
    } catch {
      await new Promise((done) => setTimeout(done, REPORT_WAIT_MS))
      return this.forbidden.has('connect-src') ? 'blocked' : 'offline'
    }
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    if (this.own) return fetch(path, init)
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${await this.token()}`)
    return fetch(this.base + path, { ...init, headers, credentials: 'omit' })
  }

  private async token(): Promise<string> {
    if (this.kept && this.kept.until_ms > Date.now()) return this.kept.token
    return (await this.session()).token
  }

  /** Open a session, or go on with the one at hand; callers at the same moment share one. */
  private session(): Promise<Session> {
    this.opening ??= this.open().finally(() => (this.opening = null))
    return this.opening
  }

  private async open(): Promise<Session> {
    const answer = await this.ask().catch(() => null)
    if (!answer) throw new Closed(await this.trouble())
    if (answer.status === 401 && this.kept) {
      this.forget()
      return this.open()
    }
    if (answer.status === 403) throw new Closed('refused')
    if (!answer.ok) throw new Closed('offline')
    const session = (await answer.json()) as Session
    if (!this.own) {
      this.kept = { token: session.token, until_ms: Date.now() + session.expires_in_s * 1000 - 5000 }
      keep(this.base, this.kept)
      this.plan()
    }
    return session
  }

  private ask(): Promise<Response> {
    if (this.own) return fetch('/api/session', { method: 'POST' })
    const known = this.kept && this.kept.until_ms > Date.now() ? { authorization: `Bearer ${this.kept.token}` } : {}
    return fetch(`${this.base}/api/session`, { method: 'POST', headers: known, credentials: 'omit' })
  }

  private forget(): void {
    this.kept = null
    if (!this.own) keep(this.base, null)
  }

  private plan(): void {
    clearTimeout(this.renewal)
    if (!this.kept) return
    const wait = Math.max(1000, this.kept.until_ms - Date.now() - RENEW_BEFORE_MS)
    // A renewal that fails is made up for by the next request.
    this.renewal = window.setTimeout(() => void this.session().catch(() => undefined), wait)
  }
}

/** Return the origin to speak with: where the script that calls this came from, unless the page names another. */
export function originOf(written: string | null, script: string): string {
  try {
    return new URL(written || script, location.href).origin
  } catch {
    return new URL(script).origin
  }
}

function addressOf(uri: string): string {
  try {
    return new URL(uri).host
  } catch {
    return '' // "inline", "eval"
  }
}

function recall(base: string): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(`bitaca.session ${base}`) ?? 'null') as Kept | null
    return typeof found?.token === 'string' && found.until_ms > Date.now() ? found : null
  } catch {
    return null // storage is closed to this page, or holds something else
  }
}

function keep(base: string, kept: Kept | null): void {
  try {
    if (kept) localStorage.setItem(`bitaca.session ${base}`, JSON.stringify(kept))
    else localStorage.removeItem(`bitaca.session ${base}`)
  } catch {
    // Without storage every page is a new viewer.
  }
}
