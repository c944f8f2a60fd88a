/** Draws cues that have a place of their own on the picture, and moves them with the picture's time. */
import type { TextMotion, TextStyle } from '../engine/messages'
import type { Look } from '../subtitles'
import { drawText, needsGround, ofHeight, paint, WHOLE, type Drawn } from './cue-text'
import { make } from './dom'

/** Enumerations of the model: near, middle and far side; how lines stand. */
const START = 1
const END = 3
const ALIGNMENTS = ['center', 'start', 'end', 'left', 'right'] as const
const WRITING = ['', 'vertical-rl', 'vertical-lr'] as const
const APPEAR = 0
const SWITCH = 1
const SWEEP = 2
/** Fields of a style that change gradually, by their bits. */
const COLOURS = [[1, 'c'], [2, 'unsung'], [4, 'oc'], [8, 'sc']] as const
const NUMBERS = [[16, 'o'], [64, 'blur'], [128, 'size'], [512, 'space']] as const
const PAIRS = [[32, 'shadow'], [256, 'scale'], [1024, 'angles'], [2048, 'shear']] as const

interface Standing {
  cue: VTTCue
  look: Look
  /** The whole picture, which clips. */
  layer: HTMLElement
  box: HTMLElement
  drawn: Drawn[]
}

/** Whether a cue says where it stands; the others stand where the player puts them. */
export function isPlaced(look: Look): boolean {
  const { x, y, line, region, clip, fixed, moves, writing, runs } = look
  return [x, y, line].some((one) => one !== undefined) || !!(region || clip || fixed || moves || writing || runs?.some((run) => run.k))
}

export class PlacedCues {
  /** As large as the picture is drawn. */
  readonly root = make('div', { class: 'placed', part: 'captions', dir: 'auto' })
  private standing: Standing[] = []
  private frame = 0

  constructor(
    private readonly video: HTMLVideoElement,
    signal: AbortSignal,
  ) {
    const size = new ResizeObserver(() => this.fit())
    size.observe(video)
    video.addEventListener('resize', () => this.fit(), { signal })
    signal.addEventListener('abort', () => {
      size.disconnect()
      cancelAnimationFrame(this.frame)
    })
  }

  show(cues: readonly (readonly [VTTCue, Look])[]): void {
    const before = this.standing
    this.standing = cues.map(([cue, look]) => before.find((one) => one.cue === cue) ?? stand(cue, look))
    const ordered = [...this.standing].sort((one, other) => (one.look.layer ?? 0) - (other.look.layer ?? 0))
    this.root.replaceChildren(...regions(ordered))
    this.fit()
    this.part()
    this.follow()
  }

  /** The picture lies inside the video's box, between bars of one colour. */
  private fit(): void {
    const { clientWidth, clientHeight, videoWidth, videoHeight } = this.video
    const scale = Math.min(clientWidth / (videoWidth || clientWidth), clientHeight / (videoHeight || clientHeight))
    const [width, height] = [(videoWidth || clientWidth) * scale, (videoHeight || clientHeight) * scale]
    const { style } = this.root
    Object.assign(style, {
      left: `${(clientWidth - width) / 2}px`, top: `${(clientHeight - height) / 2}px`, width: `${width}px`, height: `${height}px`,
    })
    style.setProperty('--pw', `${width}px`)
    style.setProperty('--ph', `${height}px`)
  }

  /** Cues of one layer that would cover each other move apart, away from the edge that they stand at. */
  private part(): void {
    const placed: { layer: number; rect: DOMRect }[] = []
    for (const { look, box } of this.standing) {
      if (look.fixed || look.region || look.moves?.some((one) => one.move)) continue
      const layer = look.layer ?? 0
      const up = (look.ay ?? END) === END
      box.style.translate = ''
      let rect = box.getBoundingClientRect()
      let shift = 0
      for (const other of placed) {
        const { rect: taken } = other
        if (other.layer !== layer || rect.right <= taken.left || rect.left >= taken.right) continue
        if (rect.bottom <= taken.top || rect.top >= taken.bottom) continue
        const moved = up ? taken.top - rect.bottom : taken.bottom - rect.top
        shift += moved
        rect = new DOMRect(rect.x, rect.y + moved, rect.width, rect.height)
      }
      if (shift) box.style.translate = `0 ${shift}px`
      placed.push({ layer, rect })
    }
  }

  private follow(): void {
    cancelAnimationFrame(this.frame)
    const moving = this.standing.filter(({ look }) => look.moves || look.runs?.some((run) => run.k))
    const step = () => {
      for (const one of moving) move(one, (this.video.currentTime - one.cue.startTime) * 1e6)
      if (moving.length > 0) this.frame = requestAnimationFrame(step)
    }
    step()
  }
}

/** Boxes in their layers; those of one region in the region's box, one under the other. */
function regions(standing: readonly Standing[]): HTMLElement[] {
  const found: HTMLElement[] = []
  const known = new Map<Look['region'], HTMLElement>()
  for (const { look, layer, box } of standing) {
    if (!look.region) {
      found.push(layer)
      continue
    }
    const { at: [x = 0, y = 0, ax = 0, ay = 0], w, h, lines, bg, pad, ay: align, scroll } = look.region
    const area = known.get(look.region) ?? make('div', { class: 'region' })
    if (!known.has(look.region)) found.push(area)
    known.set(look.region, area)
    const height = h === undefined ? `calc(var(--line) * ${lines ?? 3})` : `${h / 1000}%`
    Object.assign(area.style, {
      left: `${(x - (w * ax) / WHOLE) / 1000}%`, width: `${w / 1000}%`, height,
      top: `calc(${y / 1000}% - ${height} * ${ay / WHOLE})`,
      // Lines of WebVTT's regions come in at the bottom.
      justifyContent: align === undefined && (lines !== undefined || scroll) ? 'flex-end' : side(align ?? START),
      backgroundColor: bg ?? '', padding: (pad ?? []).map((one) => ofHeight(one)).join(' '),
    })
    area.append(box)
  }
  return found
}

function side(which: number): string {
  return which === END ? 'flex-end' : which === START ? 'flex-start' : 'center'
}

function stand(cue: VTTCue, look: Look): Standing {
  const { nodes, drawn } = drawText(look)
  const box = make('p', { class: needsGround(look) ? 'ground' : '' }, ...nodes)
  const layer = make('div', { class: 'layer' }, box)
  const { style } = box
  style.textAlign = ALIGNMENTS[look.align ?? 0] ?? 'center'
  style.writingMode = WRITING[look.writing ?? 0] ?? ''
  style.backgroundColor = look.box ?? ''
  if (look.wrap === 2) style.whiteSpace = 'pre'
  if (look.wrap === 1) style.textWrap = 'wrap'
  if (look.w !== undefined) style.width = `${look.w / 1000}%`
  if (look.h !== undefined) style.height = `${look.h / 1000}%`
  if (!look.region) {
    const { align = 0 } = look
    const fromAlign = align === 0 ? 0.5 : align === 2 || align === 4 ? 1 : 0
    const ax = fraction(look.ax, look.x === undefined ? 0.5 : fromAlign)
    const ay = fraction(look.ay, look.y === undefined ? 1 : 0)
    place(box, look.x ?? WHOLE / 2, look.y ?? WHOLE * 0.95, ax, ay)
    if (look.line !== undefined && look.y === undefined) {
      // Lines are counted from the top, or from the bottom where the number is negative.
      const { line } = look
      style.top = line >= 0 ? `calc(var(--line) * ${line})` : `calc(100% + var(--line) * ${line + 1})`
      style.transform = `translate(${-ax * 100}%, ${line >= 0 ? 0 : -100}%)`
    }
  }
  clip(layer, look, look.clip?.rect)
  const turned = look.runs?.[0]?.angles
  if (turned) turn(box, turned, look.moves?.find((one) => one.origin)?.origin)
  return { cue, look, layer, box, drawn }
}

/** Which point of the box stands at its place, from 0 to 1. */
function fraction(which: number | undefined, otherwise: number): number {
  return which ? (which - 1) / 2 : otherwise
}

function place(box: HTMLElement, x: number, y: number, ax: number, ay: number): void {
  Object.assign(box.style, { left: `${x / 1000}%`, top: `${y / 1000}%`, transform: `translate(${-ax * 100}%, ${-ay * 100}%)` })
}

function turn(box: HTMLElement, [x = 0, y = 0, z = 0]: readonly number[], origin?: readonly number[]): void {
  box.style.rotate = ''
  if (origin) {
    const [left = 0, top = 0] = origin
    box.style.transformOrigin = `calc(var(--pw) * ${left / WHOLE} - ${box.style.left}) calc(var(--ph) * ${top / WHOLE} - ${box.style.top})`
  }
  const [flat] = box.style.transform.split(' rotate')
  box.style.transform = `${flat ?? ''} rotateX(${x / 1000}deg) rotateY(${y / 1000}deg) rotateZ(${-z / 1000}deg)`
}

function clip(layer: HTMLElement, look: Look, rect: readonly number[] | undefined): void {
  if (!look.clip) return
  const path = look.clip.path === undefined ? undefined : look.paths?.[look.clip.path]
  if (path && !look.clip.inverse) {
    const points = [...path.d.matchAll(/(-?\d+) (-?\d+)/g)].map(([, x, y]) => `${Number(x) / 1000}% ${Number(y) / 1000}%`)
    layer.style.clipPath = `polygon(${points.join(', ')})`
  } else if (rect) {
    const [left = 0, top = 0, right = WHOLE, bottom = WHOLE] = rect.map((one) => one / 1000)
    const inner = `${left}% ${top}%, ${left}% ${bottom}%, ${right}% ${bottom}%, ${right}% ${top}%, ${left}% ${top}%`
    layer.style.clipPath = look.clip.inverse
      ? `polygon(evenodd, 0 0, 100% 0, 100% 100%, 0 100%, 0 0, ${inner})`
      : `polygon(${inner})`
  }
}

/** How far along something is between two moments. */
function progress(at: number, from: number, to: number, power = 1000): number {
  const even = to > from ? Math.min(1, Math.max(0, (at - from) / (to - from))) : at >= from ? 1 : 0
  return power === 1000 ? even : even ** (power / 1000)
}

const between = (from: number, to: number, share: number) => from + (to - from) * share

/** Brings a cue to what it looks like this long after its start, in microseconds. */
function move({ look, layer, box, drawn }: Standing, at: number): void {
  const changed = drawn.map(({ run }) => ({ ...run }))
  let opacity = 1
  for (const motion of look.moves ?? []) {
    const [from = 0, to = 0, third = 0, fourth = 0] = motion.at ?? []
    if (motion.move) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = motion.move
      const share = progress(at, from, to)
      place(box, between(x1, x2, share), between(y1, y2, share), fraction(look.ax, 0.5), fraction(look.ay, 1))
    } else if (motion.fade) {
      const [before = 0, amid = 255, after = 0] = motion.fade
      opacity = (at < third ? between(before, amid, progress(at, from, to)) : between(amid, after, progress(at, third, fourth))) / 255
    } else if (motion.clip) {
      const share = progress(at, from, to, motion.power)
      clip(layer, look, motion.clip.map((one, side) => between(look.clip?.rect?.[side] ?? one, one, share)))
    } else if (motion.to) {
      for (const style of changed.slice(motion.run ?? 0)) transform(style, motion, progress(at, from, to, motion.power))
    }
  }
  layer.style.opacity = opacity === 1 ? '' : String(opacity)
  drawn.forEach(({ element }, place) => {
    const style = changed[place]
    if (!style) return
    paint(element, style)
    sing(element, style, at)
  })
  const turned = changed[0]?.angles
  if (turned && look.moves?.some((one) => (one.fields ?? 0) & 1024)) turn(box, turned)
}

function transform(style: TextStyle, { fields = 0, to = {} }: TextMotion, share: number): void {
  if (share === 0) return
  for (const [bit, name] of COLOURS) if (fields & bit) style[name] = mixed(style[name], to[name], share)
  for (const [bit, name] of NUMBERS) {
    const usual = name === 'size' ? WHOLE : 0
    if (fields & bit) style[name] = between(style[name] ?? usual, to[name] ?? usual, share)
  }
  for (const [bit, name] of PAIRS) {
    const usual = name === 'scale' ? WHOLE : 0
    if (fields & bit) style[name] = [0, 1, 2].map((at) => between(style[name]?.[at] ?? usual, to[name]?.[at] ?? usual, share))
  }
}

function mixed(from = '#ffffffff', to = '#ffffffff', share: number): string {
  const part = (colour: string, at: number) => Number.parseInt(colour.slice(1 + at * 2, 3 + at * 2), 16)
  const parts = [0, 1, 2, 3].map((at) => Math.round(between(part(from, at), part(to, at), share)))
  return `#${parts.map((one) => one.toString(16).padStart(2, '0')).join('')}`
}

/** A syllable before, while and after it is sung. */
function sing(element: HTMLElement, { k, c = '#fff', unsung = c }: TextStyle, at: number): void {
  if (!k) return
  const [kind, from = 0, to = 0] = k
  const { style } = element
  if (kind === APPEAR) style.visibility = at < from ? 'hidden' : ''
  else if (kind === SWITCH) style.color = at < from ? unsung : c
  else if (kind === SWEEP) {
    const share = progress(at, from, to) * 100
    style.color = 'transparent'
    style.background = `linear-gradient(90deg, ${c} ${share}%, ${unsung} ${share}%) text`
  } else if (at < from) style.webkitTextStroke = '0'
}
