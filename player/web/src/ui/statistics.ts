/** The statistics panel: what plays, how much is buffered, and in words why it is not something else. */
import type { Playback } from '../playback'
import { rate, type Language, type Words } from '../words'
import { make } from './dom'

const SVG = 'http://www.w3.org/2000/svg'
/** Readings in the graph of the buffer, one every quarter of a second. */
const READINGS = 160

export class StatisticsPanel {
  readonly element = make('section', { class: 'panel', part: 'statistics', hidden: true, tabindex: '-1' })
  private readonly buffer: number[] = []

  constructor(private readonly playback: Playback) {}

  /** Takes a reading; draws only when somebody looks. */
  update(words: Words, language: Language, header: HTMLElement): void {
    const { stats, video } = this.playback
    this.buffer.push(Math.max(0, bufferedAhead(video)))
    if (this.buffer.length > READINGS) this.buffer.shift()
    if (this.element.hidden) return
    const names = words.statNames
    const rung = this.playback.qualities.find((one) => one.id === (this.playback.quality?.id ?? stats.rungId))
    const locale = language === 'en' ? 'en' : 'pt-BR'
    const lines: [string, string][] = [
      [names.rung, rung ? `${rung.height}p · ${rate(rung.bitrate, language)}` : '–'],
      [names.size, `${video.videoWidth} × ${video.videoHeight} → ${video.clientWidth} × ${video.clientHeight}`],
      [names.codecs, rung?.codecs || '–'],
      [names.why, reasonInWords(this.playback.quality?.reason || stats.reason, words)],
      [names.buffer, `${(this.buffer.at(-1) ?? 0).toLocaleString(locale, { maximumFractionDigits: 1 })} s`],
      [names.network, stats.throughputBps > 0 ? rate(stats.throughputBps, language) : '–'],
      [names.dropped, `${stats.dropped.toLocaleString(locale)} ${words.of} ${stats.decoded.toLocaleString(locale)}`],
      [names.switches, `${stats.switches} · ${stats.stalls}`],
      [names.engine, words.places[stats.place ?? ''] ?? '–'],
    ]
    const { state } = this.playback.scripts
    if (state) lines.push([names.subtitles, words.scripts[state]])
    const list = make('dl', {}, ...lines.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]))
    this.element.replaceChildren(header, list, this.graph())
  }

  private graph(): SVGSVGElement {
    const svg = document.createElementNS(SVG, 'svg')
    svg.setAttribute('class', 'graph')
    svg.setAttribute('viewBox', `0 0 ${READINGS} 100`)
    svg.setAttribute('preserveAspectRatio', 'none')
    svg.setAttribute('aria-hidden', 'true')
    const path = document.createElementNS(SVG, 'path')
    const most = Math.max(10, ...this.buffer)
    const start = READINGS - this.buffer.length
    path.setAttribute('d', this.buffer.map((value, index) => `${index ? 'L' : 'M'}${start + index} ${98 - (value / most) * 94}`).join(''))
    svg.append(path)
    return svg
  }
}

/** The session's reason is a short word, perhaps with detail after a colon. */
export function reasonInWords(reason: string, words: Words): string {
  return words.reasons[reason.split(':')[0] ?? ''] ?? (reason || '–')
}

function bufferedAhead(video: HTMLVideoElement): number {
  const { buffered, currentTime } = video
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.1 && currentTime < buffered.end(index)) return buffered.end(index) - currentTime
  }
  return 0
}
