// A title in a player: opening it, renewing addresses, the next episode, remembering the place, waiting for a print.
import type { Result } from './actions'
import { House } from './house'
import type { OnStatus } from './living'
import { type BitacaPlayer, findPlayer } from './player'
import { say } from './words'

const BEACON_EVERY_MS = 10_000

interface Streams {
  title_id: string
  series_id: string | null
  hls: string
  dash: string | null
  poster: string | null
  resume_s: number | null
  next_title_id: string | null
}

interface Sheet {
  title: string
  age_rating: string | null
  descriptors: string[]
}

const wired = new WeakSet<BitacaPlayer>()

/** Wire the player of this page, when it has one. */
export function liveTheatre(): void {
  const player = findPlayer()
  if (player) wire(player, new House(location.origin))
}

/** Open a title in a player that stands on this page, from a position or from where its viewer stopped. */
export async function present(player: BitacaPlayer, title: string, at_s: number | null, house: House, lang: string): Promise<Result> {
  const name = encodeURIComponent(title)
  const [answer, about] = await Promise.all([
    house.fetch(`/api/playback/${name}`),
    house.fetch(`/api/titles/${name}?lang=${lang}`),
  ])
  if (!answer.ok) return { ok: false, reason: 'no-title' }
  const streams = (await answer.json()) as Streams
  const sheet = about.ok ? ((await about.json()) as Sheet) : null
  const start = at_s ?? streams.resume_s
  const marks: Record<string, string | null> = {
    'data-title': streams.title_id,
    'data-next': streams.next_title_id,
    'start-at': start ? start.toFixed(1) : null,
    poster: streams.poster && house.url(streams.poster),
    heading: sheet?.title ?? null,
    'age-rating': sheet?.age_rating ?? null,
    'age-descriptors': sheet?.descriptors.join(', ') ?? null,
    'next-title': null,
    lang: lang === 'en' ? 'en' : 'pt-BR',
    src: house.url(streams.hls), // the last: it begins the loading
  }
  for (const [mark, value] of Object.entries(marks)) {
    if (value === null) player.removeAttribute(mark)
    else player.setAttribute(mark, value)
  }
  wire(player, house)
  player.dispatchEvent(new CustomEvent('titlechange', { bubbles: true, detail: { title_id: streams.series_id ?? streams.title_id } }))
  await customElements.whenDefined('bitaca-player')
  await player.play()
  return { ok: true }
}

/** Return what to do at each status of a page whose print is being made: open it again once there is a player,
 * or nothing to wait for any more. */
export function awaitPrint(): OnStatus {
  let seen = -1
  return async ({ version }) => {
    if (version === seen || !document.querySelector('[data-waiting]')) return
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok) return
    seen = version
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (fresh.querySelector('bitaca-player') || !fresh.querySelector('[data-waiting]')) location.reload()
  }
}

/** Keep a player going, and the server told. On a page of another origin the next episode opens in the same player. */
export function wire(player: BitacaPlayer, house: House): void {
  if (wired.has(player)) return
  wired.add(player)
  const title = () => player.dataset['title'] ?? ''
  const dash = () => /\.mpd$/.test(player.getAttribute('src') ?? '')

  player.addEventListener('sourceexpired', () => void renew(player, title(), dash(), house))
  player.addEventListener('next', () => {
    const next = player.dataset['next']
    if (!next) return
    if (house.own) location.assign(`/watch/${next}`)
    else void present(player, next, null, house, player.lang).catch(() => undefined)
  })
  const reporter = new Reporter(player, title, house)
  player.addEventListener('ended', () => {
    beacon(player, house, title(), true)
    reporter.send()
  })
  player.addEventListener('pause', () => beacon(player, house, title()))
  player.addEventListener('error', (event) => {
    const detail = (event as unknown as CustomEvent<{ severity?: string; code?: number; data?: string }>).detail
    if (detail?.code !== undefined) reporter.errors.push(detail.code)
  })
  window.setInterval(() => {
    if (player.paused === false) beacon(player, house, title())
  }, BEACON_EVERY_MS)
  // Leaving the page is the last chance to remember the place; phones fire only this.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return
    beacon(player, house, title())
    reporter.send()
  })
}

/** Fetch fresh addresses and hand them to the player, which keeps its position. */
async function renew(player: BitacaPlayer, title: string, dash: boolean, house: House): Promise<void> {
  const note = document.querySelector<HTMLElement>('#player-notice')
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const answer = await house.fetch(`/api/playback/${encodeURIComponent(title)}`)
      if (answer.ok) {
        const streams = (await answer.json()) as Streams
        player.renew(house.url((dash ? streams.dash : null) ?? streams.hls))
        if (note) note.hidden = true
        return
      }
    } catch {
      // the server is away for a moment: the loop asks again
    }
    if (note) {
      note.textContent = say('offline_notice')
      note.hidden = false
    }
    await new Promise((done) => setTimeout(done, 1000 * 2 ** attempt))
  }
}

/** Tells once in a while how this playback went (rungs, stalls, errors), never who watched. */
class Reporter {
  readonly errors: number[] = []
  private readonly session = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')

  constructor(
    private readonly player: BitacaPlayer,
    private readonly title: () => string,
    private readonly house: House,
  ) {}

  send(): void {
    const { currentTime, duration, stats } = this.player
    if (!this.title() || !(currentTime > 0) || !Number.isFinite(duration)) return
    const report = { position_s: currentTime, duration_s: duration, errors: this.errors.slice(-20), stats }
    post(this.house, '/api/playback/report', { session_id: this.session, title_id: this.title(), report })
  }
}

/** Tell the server where the viewer is; survives leaving the page. */
function beacon(player: BitacaPlayer, house: House, title: string, finished = false): void {
  const position = Number(player.currentTime)
  const duration = Number(player.duration)
  if (!title || !Number.isFinite(position) || !Number.isFinite(duration) || duration <= 0) return
  if (position < 1 && !finished) return
  post(house, '/api/progress', { title_id: title, position_s: position, duration_s: duration, ...(finished ? { finished } : {}) })
}

/** Send without waiting, also while the page is being left; what is lost is said again by the next one. */
function post(house: House, address: string, body: unknown): void {
  const init = { method: 'POST', body: JSON.stringify(body), keepalive: true, headers: { 'content-type': 'application/json' } }
  void house.fetch(address, init).catch(() => undefined)
}
