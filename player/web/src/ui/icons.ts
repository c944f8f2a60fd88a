/** Icons drawn for this player on a 24-unit grid; stroked, round ends. */
const SVG = 'http://www.w3.org/2000/svg'

const PATHS = {
  play: ['F M8 5.2c0-.9 1-1.5 1.8-1l10 6.8c.7.5.7 1.5 0 2l-10 6.8c-.8.5-1.8-.1-1.8-1z'],
  pause: ['F M6.5 4.5h3.5v15H6.5zM14 4.5h3.5v15H14z'],
  replay: ['M5 12a7 7 0 1 0 2.3-5.2', 'M7.6 2.8v4.3h4.3'],
  back: ['M5 12a7 7 0 1 0 2.3-5.2', 'M7.6 2.8v4.3h4.3', 'T 10'],
  forward: ['M19 12a7 7 0 1 1-2.3-5.2', 'M16.4 2.8v4.3h-4.3', 'T 10'],
  next: ['F M5 5.3c0-.9 1-1.4 1.7-.9l9 6.8c.6.4.6 1.2 0 1.6l-9 6.8c-.7.5-1.7 0-1.7-.9z', 'M19 5v14'],
  volume: ['F M3.5 9.5v5h3.3l4.7 4.2V5.3L6.8 9.5z', 'M15 8.8a4.5 4.5 0 0 1 0 6.4', 'M17.7 6.2a8.2 8.2 0 0 1 0 11.6'],
  low: ['F M3.5 9.5v5h3.3l4.7 4.2V5.3L6.8 9.5z', 'M15 8.8a4.5 4.5 0 0 1 0 6.4'],
  muted: ['F M3.5 9.5v5h3.3l4.7 4.2V5.3L6.8 9.5z', 'M15.5 9.5l5 5M20.5 9.5l-5 5'],
  captions: ['M5.5 5h13A2.5 2.5 0 0 1 21 7.5v9a2.5 2.5 0 0 1-2.5 2.5h-13A2.5 2.5 0 0 1 3 16.5v-9A2.5 2.5 0 0 1 5.5 5z', 'M7 12.2h3M12.5 12.2H17M7 15.5h6M15.5 15.5H17'],
  audio: ['M5 9v6M8.5 6v12M12 8.5v7M15.5 4v16M19 9.5v5'],
  more: ['F M12 4.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM12 10.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM12 16.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z'],
  pip: ['M10 18H5.5A2.5 2.5 0 0 1 3 15.5v-8A2.5 2.5 0 0 1 5.5 5h13A2.5 2.5 0 0 1 21 7.5V10', 'F M14.5 12.5h6c.8 0 1.5.7 1.5 1.5v4c0 .8-.7 1.5-1.5 1.5h-6c-.8 0-1.5-.7-1.5-1.5v-4c0-.8.7-1.5 1.5-1.5z'],
  full: ['M4 9V6a2 2 0 0 1 2-2h3M15 4h3a2 2 0 0 1 2 2v3M20 15v3a2 2 0 0 1-2 2h-3M9 20H6a2 2 0 0 1-2-2v-3'],
  window: ['M9 4v3a2 2 0 0 1-2 2H4M20 9h-3a2 2 0 0 1-2-2V4M15 20v-3a2 2 0 0 1 2-2h3M4 15h3a2 2 0 0 1 2 2v3'],
  check: ['M5.5 12.5l4.2 4.2 8.8-9.4'],
  close: ['M6 6l12 12M18 6L6 18'],
  stats: ['M4.5 20V11M9.5 20V5M14.5 20v-6M19.5 20V8'],
  keyboard: ['M4.5 6h15A1.5 1.5 0 0 1 21 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6z', 'M7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8'],
  skip: ['F M4 6.2c0-.9 1-1.4 1.7-.9l6.6 5.2V6.2c0-.9 1-1.4 1.7-.9l7 5.9c.5.4.5 1.2 0 1.6l-7 5.9c-.7.5-1.7 0-1.7-.9v-4.3l-6.6 5.2c-.7.5-1.7 0-1.7-.9z'],
} as const

export type IconName = keyof typeof PATHS

/** A decorative icon: the button around it carries the name. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  svg.classList.add('icon')
  for (const part of PATHS[name]) {
    if (part.startsWith('T ')) {
      const text = document.createElementNS(SVG, 'text')
      text.setAttribute('x', '12')
      text.setAttribute('y', '15')
      text.textContent = part.slice(2)
      svg.append(text)
      continue
    }
    const path = document.createElementNS(SVG, 'path')
    const filled = part.startsWith('F ')
    path.setAttribute('d', filled ? part.slice(2) : part)
    path.setAttribute('class', filled ? 'fill' : 'line')
    svg.append(path)
  }
  return svg
}
