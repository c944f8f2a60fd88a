// The light switch, and the word about connections without a padlock.
import { el } from './dom'
import { say } from './words'

const YEAR_S = 365 * 24 * 3600

/** Switch between dark and light; the choice is a cookie, so that the next page comes in the right one. */
export function liveLights(): void {
  document.querySelector('#theme-toggle')?.addEventListener('click', () => {
    const root = document.documentElement
    const dark = root.dataset['theme'] ? root.dataset['theme'] === 'dark' : !matchMedia('(prefers-color-scheme: light)').matches
    root.dataset['theme'] = dark ? 'light' : 'dark'
    document.querySelector('meta[name=color-scheme]')?.setAttribute('content', root.dataset['theme'])
    const secure = location.protocol === 'https:' ? '; secure' : ''
    document.cookie = `bitaca_theme=${root.dataset['theme']}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`
  })
}

/** On plain http from another machine, say once what the browser switches off. */
export function insecureNotice(): void {
  if (window.isSecureContext || sessionStorage.getItem('bitaca-insecure')) return
  const close = el('button', { type: 'button', class: 'button' }, say('insecure_close'))
  const note = el('div', { class: 'notice', id: 'insecure', role: 'status' }, el('p', {}, say('insecure_notice')), close)
  close.addEventListener('click', () => {
    sessionStorage.setItem('bitaca-insecure', 'seen')
    note.remove()
  })
  const front = document.querySelector('.front')
  if (front) front.append(note)
  else document.body.prepend(note)
}
