// The Gradio shell: waits for the named columns and puts our elements into them.
import { defineDerona } from './derona'
import { el, localPath } from './dom'
import { House } from './house'
import { insecureNotice } from './lights'
import { type BitacaPlayer } from './player'
import { wire } from './theatre'
import { say } from './words'

interface Item {
  title_id: string
  title: string
  playable: boolean
  age_rating: string | null
  descriptors: string[]
}

interface Home {
  rows: { key: string; items: Item[] }[]
}

defineDerona()
insecureNotice()

/** Call `put` once, as soon as Gradio has drawn the element. */
function when(selector: string, put: (place: HTMLElement) => void): void {
  const found = document.querySelector<HTMLElement>(selector)
  if (found) return put(found)
  const watcher = new MutationObserver(() => {
    const place = document.querySelector<HTMLElement>(selector)
    if (!place) return
    watcher.disconnect()
    put(place)
  })
  watcher.observe(document.documentElement, { childList: true, subtree: true })
}

when('#bitaca-derona', (place) => {
  if (!document.querySelector('derona-chat')) place.append(el('derona-chat' as 'div', { class: 'booth', sheet: true, lang: document.documentElement.lang }))
})

when('#bitaca-player', (place) => void fill(place))

async function fill(place: HTMLElement): Promise<void> {
  await fetch('/api/session', { method: 'POST' })
  const home = (await (await fetch('/api/home')).json()) as Home
  const playable = home.rows.flatMap((row) => row.items).filter((item) => item.playable)
  const unique = [...new Map(playable.map((item) => [item.title_id, item])).values()]
  const stage = el('div', { class: 'shell-stage' })
  const picker = el('select', { class: 'shell-picker', 'aria-label': say('nav_home') },
    ...unique.map((item) => el('option', { value: item.title_id }, item.title)))
  const chosen = () => unique.find((item) => item.title_id === picker.value)
  picker.addEventListener('change', () => void show(stage, chosen()))
  // Derona may put another title on.
  stage.addEventListener('titlechange', (event) => {
    const { title_id } = (event as CustomEvent<{ title_id: string }>).detail
    if (unique.some((item) => item.title_id === title_id)) picker.value = title_id
  })
  if (unique.length) {
    place.append(stage, picker)
    await show(stage, chosen())
  } else {
    place.append(el('p', { class: 'absent-note' }, say('empty_text')))
  }
}

async function show(stage: HTMLElement, item: Item | undefined): Promise<void> {
  if (!item) return
  const answer = await fetch(`/api/playback/${encodeURIComponent(item.title_id)}`)
  if (!answer.ok) return
  const streams = await answer.json()
  const player = el('bitaca-player' as 'div', {
    class: 'screen', src: localPath(streams.hls), poster: streams.poster ? localPath(streams.poster) : null,
    'data-title': streams.title_id, lang: document.documentElement.lang, heading: item.title,
    'age-rating': item.age_rating, 'age-descriptors': item.descriptors.join(', '),
  }) as unknown as BitacaPlayer
  stage.replaceChildren(player)
  wire(player, new House(location.origin))
}
