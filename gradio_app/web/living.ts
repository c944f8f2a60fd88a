// Keeps the page true while titles are being prepared: percentages, and fresh shelves without a reload.
import { adopt } from './dom'
import { liveShelves } from './shelf'
import { say } from './words'

const BUSY_MS = 1000
const CALM_MS = 8000

interface Status {
  version: number
  ready: boolean
  preparing: { title_id: string; percent: number }[]
  units: Record<string, number>
}

export type OnStatus = (status: Status) => void | Promise<void>

/** Ask for the status for as long as the page is seen; more often while something is being made. */
export function livingPage(onStatus: OnStatus = () => undefined): void {
  const offline = document.querySelector<HTMLElement>('#offline')
  let timer = 0
  const ask = async () => {
    clearTimeout(timer)
    let wait = CALM_MS
    try {
      const answer = await fetch('/api/status')
      if (answer.ok) {
        const status = (await answer.json()) as Status
        showPercentages(status)
        await refresh(status.version)
        await onStatus(status)
        if (status.preparing.length || Object.keys(status.units).length || !status.ready) wait = BUSY_MS
      }
      if (offline) offline.hidden = true
    } catch {
      if (offline) offline.hidden = false
      wait = BUSY_MS * 2
    }
    if (!document.hidden) timer = window.setTimeout(() => void ask(), wait)
  }
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void ask()
  })
  timer = window.setTimeout(() => void ask(), 300)
}

function showPercentages(status: Status): void {
  const percents: Record<string, number> = { ...status.units }
  for (const entry of status.preparing) percents[entry.title_id] = entry.percent
  for (const note of document.querySelectorAll<HTMLElement>('[data-preparing]')) {
    const percent = percents[note.dataset['preparing'] ?? '']
    if (percent === undefined) continue
    const bar = note.querySelector('progress')
    const text = note.querySelector('.meter-text')
    if (bar) bar.value = percent
    if (text) text.textContent = say('preparing_percent', { percent })
  }
}

/** Fetch this page again and swap the parts that depend on what is published, keeping scroll and focus. */
async function refresh(version: number): Promise<void> {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-refresh]')]
  if (!parts.some((part) => Number(part.dataset['version']) < version)) return
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of parts) {
    const found = fresh.querySelector(`[data-refresh="${part.dataset['refresh']}"]`)
    if (!found) continue
    const places = scrollPlaces(part)
    const focused = part.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null
    const swapped = adopt(found) as HTMLElement
    part.replaceWith(swapped)
    for (const [key, left] of places) {
      const shelf = swapped.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"] .shelf`)
      if (shelf) shelf.scrollLeft = left
    }
    liveShelves(swapped)
    if (focused) swapped.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus()
  }
}

function scrollPlaces(part: HTMLElement): Map<string, number> {
  const places = new Map<string, number>()
  for (const row of part.querySelectorAll<HTMLElement>('[data-row]')) {
    places.set(row.dataset['row'] ?? '', row.querySelector('.shelf')?.scrollLeft ?? 0)
  }
  return places
}
