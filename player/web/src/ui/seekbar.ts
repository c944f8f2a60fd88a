/** The seek line: a slider with buffered ranges, chapter ticks and a storyboard preview. */
import type { Playback } from '../playback'
import type { Chapter, Storyboard } from '../sidecar'
import { clock, spoken, type Language, type Words } from '../words'
import { make } from './dom'

/** The preview is this wide at most; phones get less. */
const PREVIEW_WIDTH = 208

export class SeekBar {
  readonly element: HTMLElement
  private readonly ranges = make('div', { class: 'ranges' })
  private readonly ghost = make('div', { class: 'ghost' })
  private readonly played = make('div', { class: 'played' })
  private readonly ticks = make('div', { class: 'ticks' })
  private readonly thumb = make('div', { class: 'thumb' })
  private readonly picture = make('div', { class: 'picture', hidden: true })
  private readonly chapter = make('div', { class: 'chapter' })
  private readonly moment = make('div')
  private readonly peek = make('div', { class: 'peek' }, this.picture, this.chapter, this.moment)
  private dragging: number | null = null
  /** The moment that was last pointed at. */
  private pointed: number | null = null
  private language: Language = 'pt'

  constructor(
    private readonly playback: Playback,
    private readonly seek: (seconds: number) => void,
    signal: AbortSignal,
  ) {
    const groove = make('div', { class: 'groove' }, this.ranges, this.ghost, this.played, this.ticks)
    this.element = make(
      'div',
      { class: 'seek', part: 'seek', role: 'slider', tabindex: '0', 'aria-valuemin': '0', 'aria-orientation': 'horizontal' },
      groove, this.thumb, this.peek,
    )
    this.element.addEventListener('pointerdown', (event) => this.press(event), { signal })
    this.element.addEventListener('pointermove', (event) => this.hover(event), { signal })
    this.element.addEventListener('pointerup', (event) => this.release(event), { signal })
    this.element.addEventListener('pointercancel', () => this.letGo(), { signal })
    this.element.addEventListener('pointerenter', (event) => this.element.classList.toggle('near', event.pointerType !== 'touch'), { signal })
    this.element.addEventListener('pointerleave', () => this.leave(), { signal })
  }

  translate(words: Words, language: Language): void {
    this.language = language
    this.element.setAttribute('aria-label', words.seek)
  }

  /** Follows the playhead; while a finger or pointer holds the thumb, that decides. */
  update(): void {
    const { playback } = this
    const { start, end } = playback.range
    const at = this.dragging ?? playback.currentTime
    const part = this.partOf(at)
    this.setScale(this.played, part)
    this.thumb.style.transform = `translateX(${part * this.element.clientWidth}px)`
    this.element.setAttribute('aria-valuemin', start.toFixed(0))
    this.element.setAttribute('aria-valuemax', end.toFixed(0))
    this.element.setAttribute('aria-valuenow', at.toFixed(0))
    const chapter = this.chapterAt(at)?.title[this.language]
    const text = `${spoken(at - start)} / ${spoken(end - start)}`
    this.element.setAttribute('aria-valuetext', chapter ? `${text}, ${chapter}` : text)
  }

  updateBuffered(): void {
    const { buffered } = this.playback.video
    const { start, end } = this.playback.range
    if (!(end > start)) return
    const bars = [...Array(buffered.length).keys()].map((index) => {
      const bar = make('i')
      const [from, to] = [this.partOf(buffered.start(index)), this.partOf(buffered.end(index))]
      bar.style.left = `${from * 100}%`
      bar.style.width = `${(to - from) * 100}%`
      return bar
    })
    this.ranges.replaceChildren(...bars)
  }

  /** A picture of the moment pointed at has come, or there is none any more. */
  updatePreview(): void {
    const { canvas, visible } = this.playback.previews
    if (this.playback.sidecar?.storyboard) return
    this.picture.hidden = !visible
    if (!visible) {
      this.picture.replaceChildren()
      return
    }
    this.picture.removeAttribute('style')
    const width = Math.round(Math.min(PREVIEW_WIDTH, this.element.clientWidth * 0.36))
    canvas.style.cssText = `display:block;width:${width}px;height:${Math.round((width * canvas.height) / canvas.width)}px`
    if (canvas.parentElement !== this.picture) this.picture.replaceChildren(canvas)
    if (this.pointed !== null) this.place(this.pointed)
  }

  updateSidecar(): void {
    const duration = this.playback.live ? 0 : this.playback.video.duration
    const board = this.playback.sidecar?.storyboard
    if (board) {
      this.picture.replaceChildren()
      this.picture.hidden = false
      this.dressPicture(board, 0)
    } else {
      this.picture.hidden = !this.playback.previews.visible
    }
    if (!(duration > 0)) return
    const ticks = this.chapters().filter((one) => one.startS > 0.5 && one.startS < duration - 0.5).map((one) => {
      const tick = make('i')
      tick.style.left = `${(one.startS / duration) * 100}%`
      return tick
    })
    const breaks = this.playback.marks.filter((one) => one.startS > 0.5 && one.startS < duration - 0.5).map((one) => {
      const mark = make('i', { class: 'break' })
      mark.style.left = `${(one.startS / duration) * 100}%`
      return mark
    })
    this.ticks.replaceChildren(...ticks, ...breaks)
  }

  private chapters(): Chapter[] {
    return this.playback.sidecar?.chapters ?? []
  }

  private chapterAt(seconds: number): Chapter | undefined {
    return this.chapters().findLast((one) => one.startS <= seconds)
  }

  private secondsAt(event: PointerEvent): number {
    const box = this.element.getBoundingClientRect()
    const part = Math.max(0, Math.min(1, (event.clientX - box.left) / Math.max(1, box.width)))
    const { start, end } = this.playback.range
    return start + part * (end - start)
  }

  /** Where on the line a moment lies, from 0 to 1. */
  private partOf(at: number): number {
    const { start, end } = this.playback.range
    return end > start ? Math.max(0, Math.min(1, (at - start) / (end - start))) : 0
  }

  private press(event: PointerEvent): void {
    if (event.button !== 0) return
    this.element.setPointerCapture(event.pointerId)
    this.element.classList.add('dragging')
    this.dragging = this.secondsAt(event)
    this.preview(this.dragging)
    this.update()
  }

  private hover(event: PointerEvent): void {
    const at = this.secondsAt(event)
    if (this.dragging !== null) {
      this.dragging = at
      this.update()
    }
    this.preview(at)
  }

  private release(event: PointerEvent): void {
    if (this.dragging === null) return
    this.seek(this.secondsAt(event))
    this.letGo()
  }

  private leave(): void {
    this.element.classList.remove('near')
    if (this.dragging === null) this.setScale(this.ghost, 0)
  }

  private letGo(): void {
    this.dragging = null
    this.element.classList.remove('dragging')
    this.setScale(this.ghost, 0)
  }

  private preview(at: number): void {
    const { start, end } = this.playback.range
    if (!(end > start)) return
    this.setScale(this.ghost, this.partOf(at))
    this.moment.textContent = this.playback.live ? `−${clock(end - at)}` : clock(at)
    this.chapter.textContent = this.chapterAt(at)?.title[this.language] ?? ''
    this.pointed = at
    if (this.playback.sidecar?.storyboard) this.showPicture(at)
    else this.playback.previews.at(at)
    this.place(at)
  }

  private place(at: number): void {
    const width = this.element.clientWidth
    const half = this.peek.offsetWidth / 2
    const centre = Math.max(half, Math.min(width - half, this.partOf(at) * width))
    this.peek.style.transform = `translateX(${centre - half}px)`
  }

  private scale(board: Storyboard): number {
    return Math.min(PREVIEW_WIDTH, this.element.clientWidth * 0.36) / board.tileWidth
  }

  private dressPicture(board: Storyboard, sheet: number): void {
    this.picture.style.backgroundImage = `url(${JSON.stringify(board.urls[sheet] ?? '')})`
  }

  private showPicture(at: number): void {
    const board = this.playback.sidecar?.storyboard
    if (!board) return
    const tile = Math.max(0, Math.min(board.count - 1, Math.floor(at / board.intervalS)))
    const sheet = Math.floor(tile / (board.columns * board.rows))
    const place = tile % (board.columns * board.rows)
    this.dressPicture(board, sheet)
    const scale = this.scale(board)
    const [width, height] = [Math.round(board.tileWidth * scale), Math.round(board.tileHeight * scale)]
    const { style } = this.picture
    style.boxSizing = 'content-box'
    style.width = `${width}px`
    style.height = `${height}px`
    style.backgroundSize = `${width * board.columns}px ${height * board.rows}px`
    style.backgroundPosition = `${-(place % board.columns) * width}px ${-Math.floor(place / board.columns) * height}px`
  }

  private setScale(element: HTMLElement, part: number): void {
    element.style.transform = `scaleX(${Math.max(0, Math.min(1, part))})`
  }
}
