// What the viewer says of a title: kept without leaving the page. The forms work without this file, too.
import { el } from './dom'
import { say, type Key } from './words'

const OFF: Record<string, string> = {
  like: 'unrate',
  dislike: 'unrate',
  list: 'unlist',
  watched: 'unwatched',
  hide: 'unhide',
  drop: 'undrop',
}
/** What takes a card out of a row: it will not be there at the next visit. */
const LEAVES = new Set(['hide', 'watched'])

/** Take over every opinion form, now and later: shelves are swapped while the page lives. */
export function liveOpinions(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || !form.classList.contains('opinion')) return
    const button = event.submitter
    if (!(button instanceof HTMLButtonElement)) return
    event.preventDefault()
    void tell(form, button)
  })
  // One menu at a time; Escape and a press elsewhere close it.
  document.addEventListener('click', (event) => closeMenus(event.target as Node))
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const open = document.querySelector<HTMLDetailsElement>('.card-menu[open]')
    if (!open) return
    open.open = false
    open.querySelector('summary')?.focus()
  })
}

function closeMenus(inside: Node): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('.card-menu[open]')) {
    if (!menu.contains(inside)) menu.open = false
  }
}

async function tell(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const word = button.dataset['word'] ?? ''
  form.querySelector('.opinion-failed')?.remove()
  const says = await send(form.dataset['title'] ?? '', button.value)
  if (!says) {
    form.append(el('p', { class: 'opinion-failed', role: 'alert' }, say('say_failed')))
    return
  }
  show(form, says)
  const card = form.closest<HTMLElement>('.card')
  if (card && LEAVES.has(word) && says.has(word)) leave(card, form, word)
}

async function send(title: string, word: string): Promise<Set<string> | null> {
  try {
    const answer = await fetch('/api/opinion', {
      method: 'POST',
      // Said is said: whoever presses and goes straight on to another page has not taken it back.
      keepalive: true,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title_id: title, say: word }),
    })
    if (!answer.ok) return null
    return new Set(((await answer.json()) as { says: string[] }).says)
  } catch {
    return null
  }
}

function show(form: HTMLFormElement, says: Set<string>): void {
  for (const button of form.querySelectorAll<HTMLButtonElement>('[data-word]')) {
    const word = button.dataset['word'] ?? ''
    const on = says.has(word)
    button.setAttribute('aria-pressed', String(on))
    button.value = on ? (OFF[word] ?? word) : word
    const text = button.querySelector('.opinion-text')
    if (text) text.textContent = say((on ? `say_${word}_on` : `say_${word}`) as Key)
  }
}

/** Put a note in the card's place, with the way back; the rest of the row stays where it is. */
function leave(card: HTMLElement, form: HTMLFormElement, word: string): void {
  const undo = el('button', { class: 'button', type: 'button' }, say('say_undo'))
  const note = el('div', { class: 'card-gone', role: 'status' }, el('span', {}, say(`say_done_${word}` as Key)), undo)
  const kept = [...card.childNodes]
  card.replaceChildren(note)
  undo.addEventListener('click', () => {
    void send(form.dataset['title'] ?? '', OFF[word] ?? word).then((says) => {
      if (!says) return
      card.replaceChildren(...kept)
      show(form, says)
      const menu = card.querySelector<HTMLDetailsElement>('.card-menu')
      if (menu) menu.open = false
    })
  })
  undo.focus()
}
