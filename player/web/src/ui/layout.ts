/** The player's tree inside its shadow root: built once, filled by the parts that own each place. */
import { iconButton, make } from './dom'
import { icon } from './icons'

export interface Layout {
  stage: HTMLDivElement
  surface: HTMLDivElement
  poster: HTMLImageElement
  heading: HTMLDivElement
  big: HTMLButtonElement
  pulse: HTMLDivElement
  jumpBack: HTMLDivElement
  jumpForward: HTMLDivElement
  offers: HTMLDivElement
  play: HTMLButtonElement
  next: HTMLButtonElement
  mute: HTMLButtonElement
  volume: HTMLInputElement
  elapsed: HTMLSpanElement
  left: HTMLSpanElement
  live: HTMLButtonElement
  quality: HTMLButtonElement
  audio: HTMLButtonElement
  captions: HTMLButtonElement
  more: HTMLButtonElement
  pip: HTMLButtonElement
  full: HTMLButtonElement
}

/** Elements that other parts own and that have a place here. */
export interface Places {
  video: HTMLVideoElement
  captions: HTMLElement[]
  seek: HTMLElement
  menu: HTMLElement
  panels: HTMLElement[]
  age: HTMLElement
  failure: HTMLElement
  announcements: HTMLElement[]
}

export function layOut(places: Places): Layout {
  const poster = make('img', { class: 'poster', part: 'poster', alt: '', hidden: true, decoding: 'async' })
  const surface = make('div', { class: 'surface' })
  const heading = make('div', { class: 'heading', part: 'heading' })
  const big = iconButton('big', 'play')
  const pulse = make('div', { class: 'pulse', 'aria-hidden': 'true' }, icon('play'))
  const jumpBack = make('div', { class: 'jump back', 'aria-hidden': 'true' }, icon('back'), make('span', {}, '10 s'))
  const jumpForward = make('div', { class: 'jump forward', 'aria-hidden': 'true' }, icon('forward'), make('span', {}, '10 s'))
  const offers = make('div', { class: 'offers', part: 'offers' })
  const [play, next, mute] = [iconButton('play', 'play'), iconButton('next', 'next'), iconButton('mute', 'volume')]
  const volume = make('input', { type: 'range', min: '0', max: '1', step: '0.05' })
  const [elapsed, left] = [make('span'), make('span', { class: 'left' })]
  const live = make('button', { class: 'live-edge', type: 'button', hidden: true })
  const quality = make('button', { type: 'button', class: 'button pick quality', part: 'button quality' })
  const [audio, captions, more] = [iconButton('audio', 'audio'), iconButton('captions', 'captions'), iconButton('more', 'more')]
  const [pip, full] = [iconButton('pip wide', 'pip'), iconButton('full', 'full')]
  for (const opener of [quality, audio, captions, more]) {
    opener.setAttribute('aria-haspopup', 'menu')
    opener.setAttribute('aria-expanded', 'false')
  }
  const row = make(
    'div', { class: 'row' },
    play, next, make('div', { class: 'volume' }, mute, volume), make('div', { class: 'time' }, elapsed, left, live),
    make('div', { class: 'space' }), quality, audio, captions, more, pip, full,
  )
  const stage = make(
    'div', { class: 'stage', part: 'stage' },
    places.video, poster, surface,
    make('div', { class: 'veil high' }), make('div', { class: 'veil low' }), ...places.captions,
    jumpBack, jumpForward, make('div', { class: 'centre' }, spinner(), pulse, big),
    make('div', { class: 'top' }, heading), places.age, offers,
    make('div', { class: 'bar', part: 'bar' }, places.seek, row),
    ...places.panels, places.menu, places.failure, ...places.announcements,
  )
  return {
    stage, surface, poster, heading, big, pulse, jumpBack, jumpForward, offers, play, next, mute, volume, elapsed, left, live,
    quality, audio, captions, more, pip, full,
  }
}

function spinner(): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 56 56')
  svg.setAttribute('class', 'spinner')
  svg.setAttribute('aria-hidden', 'true')
  const circle = document.createElementNS('http://www.w3.org/2000/svg', 'circle')
  circle.setAttribute('cx', '28')
  circle.setAttribute('cy', '28')
  circle.setAttribute('r', '24')
  svg.append(circle)
  return svg
}
