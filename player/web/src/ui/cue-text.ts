/** Draws the text of a cue: runs with their colours, edges, ruby and drawings. Lengths are shares of the picture. */
import type { CueLook, TextRun, TextStyle } from '../engine/messages'
import { make } from './dom'

/** Letters of the model's normal size are a fifteenth of the picture high. */
const LETTERS = 15
/** The model's 100%. */
export const WHOLE = 100_000

/** A length that is a share of the picture's height, in CSS. */
export function ofHeight(share: number): string {
  return `calc(var(--ph) * ${share / WHOLE})`
}

/** A run on the page, with what its look follows from as time passes. */
export interface Drawn {
  run: TextRun
  element: HTMLElement
}

export function drawText(look: Pick<CueLook, 'runs' | 'paths'>): { nodes: Node[]; drawn: Drawn[] } {
  const drawn: Drawn[] = []
  const nodes: Node[] = []
  let ruby: HTMLElement | null = null
  for (const run of look.runs ?? []) {
    const element = make('span', { lang: run.lang, title: run.voice }, run.t)
    if (run.class) element.className = run.class.replaceAll('.', ' ')
    const path = run.draw === undefined ? undefined : look.paths?.[run.draw]
    if (path) element.append(drawing(path.d))
    paint(element, run)
    drawn.push({ run, element })
    if (!run.ruby) {
      ruby = null
      nodes.push(element)
      continue
    }
    if (!ruby || run.ruby === 1) nodes.push((ruby = make('ruby')))
    ruby.append(run.ruby === 2 ? make('rt', {}, element) : element)
  }
  return { nodes, drawn }
}

/** Gives an element the look of a style. */
export function paint(element: HTMLElement, look: TextStyle): void {
  const { style } = element
  style.color = look.c ?? ''
  style.backgroundColor = look.bg ?? ''
  style.fontWeight = look.b ? 'bold' : ''
  style.fontStyle = look.i ? 'italic' : ''
  style.textDecoration = [look.u && 'underline', look.s && 'line-through'].filter(Boolean).join(' ')
  style.visibility = look.hidden ? 'hidden' : ''
  element.classList.toggle('flash', look.flash === 1)
  if (look.font) style.fontFamily = `${JSON.stringify(look.font)}, var(--_font, sans-serif)`
  if (look.size !== undefined) style.fontSize = ofHeight(look.size / LETTERS)
  style.letterSpacing = look.space ? `calc(var(--pw) * ${look.space / WHOLE})` : ''
  // Half of a stroke lies inside the letter, under its filling.
  style.webkitTextStroke = look.o ? `${ofHeight(look.o * 2)} ${look.oc ?? '#000'}` : ''
  style.paintOrder = look.o ? 'stroke fill' : ''
  const [right = 0, down = 0] = look.shadow ?? []
  style.textShadow = right || down ? `${ofHeight(right)} ${ofHeight(down)} 0 ${look.sc ?? '#000'}` : ''
  style.filter = look.blur ? `blur(${ofHeight(look.blur / 2)})` : ''
  const [across = WHOLE, along = WHOLE] = look.scale ?? []
  const [slantX = 0, slantY = 0] = look.shear ?? []
  const shaped = across !== WHOLE || along !== WHOLE || slantX !== 0 || slantY !== 0
  style.display = shaped ? 'inline-block' : ''
  style.transform = shaped ? `matrix(${across / WHOLE}, ${slantY / 1000}, ${-slantX / 1000}, ${along / WHOLE}, 0, 0)` : ''
}

/** Letters that nothing sets off from the picture get the house's own ground. */
export function needsGround(look: Pick<CueLook, 'runs' | 'box'>): boolean {
  return !look.box && (look.runs ?? []).every((run) => !run.bg && !run.o && !run.shadow)
}

/** A vector drawing of the model, as large as it is on the picture. */
function drawing(d: string): SVGSVGElement {
  const numbers = d.match(/-?\d+/g)?.map(Number) ?? []
  const width = Math.max(1, ...numbers.filter((_, at) => at % 2 === 0))
  const height = Math.max(1, ...numbers.filter((_, at) => at % 2 === 1))
  const name = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(name, 'svg')
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.style.width = `calc(var(--pw) * ${width / WHOLE})`
  svg.style.height = ofHeight(height)
  const path = document.createElementNS(name, 'path')
  path.setAttribute('d', d)
  path.setAttribute('fill', 'currentColor')
  svg.append(path)
  return svg
}
