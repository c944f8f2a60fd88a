// The watch page: renewing addresses, the next episode, remembering the place, waiting for a print.
import { type BitacaPlayer, findPlayer } from './player'
import type { OnStatus } from './living'
import { say } from './words'

const BEACON_EVERY_MS = 10_000

interface Streams {
  title_id: string
  hls: string
  dash: string
}

/** Wire the player of this page, when it has one. */
export function liveTheatre(): void {
  const player = findPlayer()
  if (player) wire(player)
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

export function wire(player: BitacaPlayer): void {
  const title = () => player.dataset['title'] ?? ''
  const dash = () => /\.mpd$/.test(player.getAttribute('src') ?? '')

  player.addEventListener('sourceexpired', () => void renew(player, title(), dash()))
  player.addEventListener('next', () => {
    const next = player.dataset['next']
    if (next) location.assign(`/watch/${next}`)
  })
  const reporter = new Reporter(player, title)
  player.addEventListener('ended', () => {
    beacon(player, title(), true)
    reporter.send()
  })
  player.addEventListener('pause', () => beacon(player, title()))
  player.addEventListener('error', (event) => {
    const detail = (event as unknown as CustomEvent<{ severity?: string; code?: number; data?: string }>).detail
    if (detail?.code !== undefined) reporter.errors.push(detail.code)
  })
  window.setInterval(() => {
    if (player.paused === false) beacon(player, title())
  }, BEACON_EVERY_MS)
  // Leaving the page is the last chance to remember the place; phones fire only this.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return
    beacon(player, title())
    reporter.send()
  })
}

/** Fetch fresh addresses and hand them to the player, which keeps its position. */
async function renew(player: BitacaPlayer, title: string, dash: boolean): Promise<void> {
  const note = document.querySelector<HTMLElement>('#player-notice')
  for (let attempt = 0; attempt < 5; attempt += 1) {
    try {
      const answer = await fetch(`/api/playback/${encodeURIComponent(title)}`)
      if (answer.ok) {
        const streams = (await answer.json()) as Streams
        player.renew(dash ? streams.dash : streams.hls)
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
  ) {}

  send(): void {
    const { currentTime, duration, stats } = this.player
    if (!this.title() || !(currentTime > 0) || !Number.isFinite(duration)) return
    const report = { position_s: currentTime, duration_s: duration, errors: this.errors.slice(-20), stats }
    post('/api/playback/report', { session_id: this.session, title_id: this.title(), report })
  }
}

/** Tell the server where the viewer is; survives leaving the page. */
function beacon(player: BitacaPlayer, title: string, finished = false): void {
  const position = Number(player.currentTime)
  const duration = Number(player.duration)
  if (!title || !Number.isFinite(position) || !Number.isFinite(duration) || duration <= 0) return
  if (position < 1 && !finished) return
  post('/api/progress', { title_id: title, position_s: position, duration_s: duration, ...(finished ? { finished } : {}) })
}

/** Send without waiting, also while the page is being left; what is lost is said again by the next one. */
function post(address: string, body: unknown): void {
  const init = { method: 'POST', body: JSON.stringify(body), keepalive: true, headers: { 'content-type': 'application/json' } }
  void fetch(address, init).catch(() => undefined)
}
