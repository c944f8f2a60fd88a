/** What HLS and DASH cannot say about a title: chapters, markers, storyboard, age rating, scripts of subtitles. */
export interface Chapter {
  startS: number
  title: { pt: string; en: string }
}
export interface Marker {
  kind: string
  startS: number
  endS: number
}
export interface Storyboard {
  /** Sheets of `columns` x `rows` pictures, in order. */
  urls: string[]
  columns: number
  tileWidth: number
  tileHeight: number
  rows: number
  intervalS: number
  count: number
}
/** The ASS that a subtitle came from, and the fonts that came with it. */
export interface Script {
  language: string
  label: string
  url: string
  fonts: ScriptFont[]
}
export interface ScriptFont {
  url: string
  /** What scripts call it, in small letters. */
  families: string[]
  weight: number
  italic: boolean
}
export interface Sidecar {
  chapters: Chapter[]
  markers: Marker[]
  storyboard: Storyboard | null
  age: { rating: string; descriptors: string[] } | null
  scripts: Script[]
}

/** More of them than any title has. */
const MOST_SCRIPTS = 64
const MOST_FONTS = 40
const NORMAL_WEIGHT = 400

type Loose = Record<string, unknown>
const isRecord = (value: unknown): value is Loose => typeof value === 'object' && value !== null
const list = (value: unknown): Loose[] => (Array.isArray(value) ? value.filter(isRecord) : [])
const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN)

/**
 * Reads sidecar.json leniently: what it does not understand is left out, never fatal.
 *
 * @param json the file's text
 * @param base the manifest's address, which relative addresses start from
 */
export function readSidecar(json: string, base: string): Sidecar | null {
  let root: unknown
  try {
    root = JSON.parse(json)
  } catch {
    return null
  }
  if (!isRecord(root)) return null
  const age = isRecord(root['age']) ? root['age'] : null
  return {
    chapters: list(root['chapters']).map(chapter).filter((one) => one.startS >= 0),
    markers: list(root['markers'])
      .map((one) => ({ kind: String(one['kind']), startS: number(one['start_s']), endS: number(one['end_s']) }))
      .filter((one) => one.endS > one.startS),
    storyboard: isRecord(root['storyboard']) ? storyboard(root['storyboard'], base) : null,
    age: age && age['rating'] !== null && age['rating'] !== undefined
      ? { rating: String(age['rating']), descriptors: Array.isArray(age['descriptors']) ? age['descriptors'].map(String) : [] }
      : null,
    scripts: list(root['scripts']).slice(0, MOST_SCRIPTS).filter((one) => one['format'] === 'ass')
      .map((one) => script(one, base)).filter((one) => one.url !== ''),
  }
}

function script(one: Loose, base: string): Script {
  return {
    language: String(one['language']),
    label: String(one['label']),
    url: addressOf(one['url'], base),
    fonts: list(one['fonts']).slice(0, MOST_FONTS).map((font) => ({
      url: addressOf(font['url'], base),
      families: (Array.isArray(font['families']) ? font['families'] : []).map((name) => String(name).toLowerCase()),
      weight: number(font['weight']) || NORMAL_WEIGHT,
      italic: font['italic'] === true,
    })).filter((font) => font.url !== ''),
  }
}

/** The whole address; empty where it is none. */
function addressOf(written: unknown, base: string): string {
  try {
    return typeof written === 'string' && written ? new URL(written, base).href : ''
  } catch {
    return ''
  }
}

function chapter(one: Loose): Chapter {
  const title = isRecord(one['title']) ? one['title'] : { pt: one['title'], en: one['title'] }
  const pt = typeof title['pt'] === 'string' ? title['pt'] : ''
  const en = typeof title['en'] === 'string' ? title['en'] : pt
  return { startS: number(one['start_s']), title: { pt: pt || en, en } }
}

function storyboard(one: Loose, base: string): Storyboard | null {
  const sheets = Array.isArray(one['urls']) ? one['urls'] : [one['url']]
  const board = {
    urls: sheets.filter((url) => typeof url === 'string' && url).map((url) => new URL(url, base).href),
    columns: number(one['columns']),
    rows: number(one['rows']),
    tileWidth: number(one['tile_width']),
    tileHeight: number(one['tile_height']),
    intervalS: number(one['interval_s']),
    count: number(one['count']),
  }
  const numbers = [board.columns, board.rows, board.tileWidth, board.tileHeight, board.intervalS, board.count]
  return board.urls.length > 0 && numbers.every((value) => value > 0) ? board : null
}
