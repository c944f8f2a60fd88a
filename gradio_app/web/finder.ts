// The search box: posters as you type, a combobox for keyboards and screen readers.
import { ageBadge } from './age'
import { el, localPath } from './dom'
import { say } from './words'

const PAUSE_MS = 120

interface Found {
  title_id: string
  title: string
  year: number | null
  duration: string
  poster: string
  playable: boolean
  preparing: number | null
  queued: boolean
  url: string
  genres: string[]
  age_rating: string | null
  descriptors: string[]
}

/** Bring the header's search box to life. */
export function liveFinder(): void {
  const input = document.querySelector<HTMLInputElement>('#search')
  const list = document.querySelector<HTMLElement>('#search-results')
  const form = input?.form
  if (!input || !list || !form) return
  let timer = 0
  let asked = 0
  let active = -1

  const options = () => [...list.querySelectorAll<HTMLAnchorElement>('[role=option]')]
  const close = () => {
    list.hidden = true
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
    active = -1
  }
  const mark = (to: number) => {
    const all = options()
    active = all.length ? (to + all.length) % all.length : -1
    all.forEach((option, at) => option.setAttribute('aria-selected', String(at === active)))
    const chosen = all[active]
    if (chosen) {
      input.setAttribute('aria-activedescendant', chosen.id)
      chosen.scrollIntoView({ block: 'nearest' })
    }
  }
  const show = (query: string, results: Found[]) => {
    active = -1
    list.replaceChildren(...(results.length
      ? results.map((found, at) => option(found, at))
      : [el('p', { class: 'search-empty' }, say('search_empty', { query }))]))
    list.hidden = false
    input.setAttribute('aria-expanded', 'true')
  }
  const search = async () => {
    const query = input.value.trim()
    if (!query) return close()
    const turn = ++asked
    try {
      const answer = await fetch(`/api/search?limit=8&q=${encodeURIComponent(query)}`)
      if (!answer.ok || turn !== asked) return
      show(query, ((await answer.json()) as { results: Found[] }).results)
    } catch {
      close() // offline: the page says so itself
    }
  }
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = window.setTimeout(() => void search(), PAUSE_MS)
  })
  input.addEventListener('focus', () => {
    if (input.value.trim()) void search()
  })
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') mark(active + 1)
    else if (event.key === 'ArrowUp') mark(active - 1)
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const all = options()
    const chosen = active >= 0 ? all[active] : undefined
    if (chosen) location.assign(chosen.href)
    else if (input.value.trim()) location.assign(`/search?q=${encodeURIComponent(input.value.trim())}`)
  })
  document.addEventListener('pointerdown', (event) => {
    if (event.target instanceof Node && !form.contains(event.target)) close()
  })
  form.addEventListener('focusout', (event) => {
    if (event.relatedTarget instanceof Node && !form.contains(event.relatedTarget)) close()
  })
}

function option(found: Found, at: number): HTMLElement {
  const facts = [found.year, found.duration, found.genres[0]].filter(Boolean).join(' · ')
  return el('a', { role: 'option', id: `search-option-${at}`, href: localPath(found.url), 'aria-selected': 'false', tabindex: -1 },
    el('img', { src: localPath(found.poster), alt: '', width: 40, height: 60 }),
    el('span', { class: 'search-text' },
      el('strong', {}, found.title),
      el('span', { class: 'search-facts' }, ageBadge(found.age_rating, found.descriptors), facts),
      found.descriptors.length ? el('span', { class: 'search-more' }, found.descriptors.join(' · ')) : null),
    el('span', { class: found.playable ? 'search-playable' : 'search-absent' }, standing(found)))
}

/** Say in a word whether it plays, is on its way, or is not here. */
function standing(found: Found): string {
  if (found.playable) return say('watch')
  if (found.preparing !== null) return say('unit_preparing')
  return say(found.queued ? 'unit_queued' : 'not_here')
}
