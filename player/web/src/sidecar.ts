/** What HLS and DASH cannot say about a title: chapters, markers, storyboard, age rating. */
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
export interface Sidecar {
  chapters: Chapter[]
  markers: Marker[]
  storyboard: Storyboard | null
  age: { rating: string; descriptors: string[] } | null
}

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
