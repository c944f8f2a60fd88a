// The watch page: renewing addresses, the next episode, remembering the place, waiting for a print.
import { type BitacaPlayer, findPlayer } from './player'
import { say } from './words'

const BEACON_EVERY_MS = 10_000
const WAIT_MS = 1500

interface Streams {
  title_id: string
  hls: string
  dash: string
}

/** Wire the player of this page, when it has one, and the curtain when it has not. */
export function liveTheatre(): void {
  const waiting = document.querySelector<HTMLElement>('[data-waiting]')
  if (waiting?.dataset['waiting']) void waitFor(waiting.dataset['waiting'])
  const player = findPlayer()
  if (player) wire(player)
}

async function waitFor(unit: string): Promise<void> {
  for (;;) {
    await new Promise((done) => setTimeout(done, WAIT_MS))
    try {
      const answer = await fetch(`/api/playback/${encodeURIComponent(unit)}`)
      if (answer.ok) return location.reload()
    } catch {
      // offline for a moment: ask again
    }
  }
}

export function wire(player: BitacaPlayer): void {
  const title = () => player.dataset['title'] ?? ''
  const source = new URL(location.href).searchParams.get('source')
  if (source === 'dash' && player.dataset['dash']) player.setAttribute('src', player.dataset['dash'])

  player.addEventListener('sourceexpired', () => void renew(player, title(), source === 'dash'))
  player.addEventListener('next', () => {
    const next = player.dataset['next']
    if (next) location.assign(`/watch/${next}`)
  })
  player.addEventListener('ended', () => beacon(player, title(), true))
  player.addEventListener('pause', () => beacon(player, title()))
  player.addEventListener('error', (event) => {
    const detail = (event as unknown as CustomEvent<{ severity?: string; code?: number; data?: string }>).detail
    if (detail?.severity === 'fatal') console.warn('player', detail.code, detail.data)
  })
  window.setInterval(() => {
    if (player.paused === false) beacon(player, title())
  }, BEACON_EVERY_MS)
  // Leaving the page is the last chance to remember the place; phones fire only this.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) beacon(player, title())
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

/** Tell the server where the viewer is; survives leaving the page. */
function beacon(player: BitacaPlayer, title: string, finished = false): void {
  const position = Number(player.currentTime)
  const duration = Number(player.duration)
  if (!title || !Number.isFinite(position) || !Number.isFinite(duration) || duration <= 0) return
  if (position < 1 && !finished) return
  const body = JSON.stringify({ title_id: title, position_s: position, duration_s: duration, ...(finished ? { finished } : {}) })
  void fetch('/api/progress', { method: 'POST', body, keepalive: true, headers: { 'content-type': 'application/json' } }).catch(
    () => undefined, // the next beacon says more
  )
}
