// What two other parsers read in HLS playlists: hls.js and hls-parser, as facts that can be compared.
//
//   node hls.mjs MODULES < list   where MODULES is a node_modules folder and the list one JSON object
//                                 {path, url} a line; prints one JSON object {path, oracle, facts | error} a line.
//
// Times are seconds, absent is null, addresses are absolute. See `facts.md` for the form.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

globalThis.self = globalThis
console.warn = console.error = () => {}
const modules = process.argv[2]
const { M3U8Parser } = await import(pathToFileURL(`${modules}/hls.js/dist/hls.mjs`).href)
const hlsParser = createRequire(`${modules}/`)('hls-parser')

const absent = (value) => (value === undefined || value === '' || Number.isNaN(value) ? null : value)
const resolved = (uri, base) => {
  if (uri === null || uri === undefined) return null
  try {
    return new URL(uri, base).href
  } catch {
    return uri
  }
}

function hlsJs(text, url) {
  if (!M3U8Parser.isMediaPlaylist(text)) {
    const { levels, playlistParsingError, startTimeOffset } = M3U8Parser.parseMasterPlaylist(text, url)
    if (playlistParsingError) throw playlistParsingError
    const media = M3U8Parser.parseMasterPlaylistMedia(text, url, { contentSteering: null, levels, variableList: null })
    const variants = levels.map((level) => ({
      url: resolved(level.url, url),
      bandwidth: level.bitrate || absent(Number(level.attrs.BANDWIDTH)),
      average: level.attrs['AVERAGE-BANDWIDTH'] ? Number(level.attrs['AVERAGE-BANDWIDTH']) : null,
      codecs: absent(level.attrs.CODECS),
      width: absent(level.width),
      height: absent(level.height),
      audio: absent(level.attrs.AUDIO),
      subtitles: absent(level.attrs.SUBTITLES),
      captions: absent(level.attrs['CLOSED-CAPTIONS']),
    }))
    const renditions = Object.entries(media).flatMap(([type, rows]) =>
      (rows ?? []).map((row) => ({
        type,
        group: absent(row.groupId),
        name: absent(row.attrs.NAME),
        language: absent(row.attrs.LANGUAGE),
        url: absent(row.url) && resolved(row.url, url),
        default: row.default,
        autoselect: row.autoselect || row.default,
        forced: row.forced,
      })),
    )
    return { kind: 'multivariant', start: absent(startTimeOffset), variants, renditions }
  }
  const list = M3U8Parser.parseLevelPlaylist(text, url, 0, 'main', 0, null)
  if (list.playlistParsingError) throw list.playlistParsingError
  // A delta update has holes where segments are skipped; a segment of which only parts exist is apart.
  const fragments = list.fragments.filter(Boolean)
  const range = (one) => (one?.byteRange?.length === 2 ? { offset: one.byteRange[0], length: one.byteRange[1] - one.byteRange[0] } : null)
  return {
    kind: 'media',
    sequence: list.startSN,
    target: absent(list.targetduration),
    endlist: !list.live,
    playlist_type: absent(list.type),
    start: absent(list.startTimeOffset),
    segments: fragments.map((one) => ({
      url: one.url,
      duration: one.duration,
      range: range(one),
      map: one.initSegment ? { url: one.initSegment.url, range: range(one.initSegment) } : null,
      break_number: one.cc,
      date_time: one.rawProgramDateTime,
      gap: one.gap === true,
      keys: Object.values(one.levelkeys ?? {})
        .filter((key) => key.encrypted)
        .map((key) => ({ method: key.method, url: resolved(key.uri, url), keyformat: key.keyFormat })),
    })),
    parts: (list.partList ?? []).map((one) => ({
      url: one.url,
      duration: one.duration,
      range: range(one),
      independent: one.independent,
      gap: one.gap,
    })),
    skipped: list.skippedSegments,
  }
}

function theHlsParser(text, url) {
  const list = hlsParser.parse(text)
  if (list.isMasterPlaylist) {
    const variants = list.variants
      .filter((one) => !one.isIFrameOnly)
      .map((one) => ({
        url: resolved(one.uri, url),
        bandwidth: absent(one.bandwidth),
        average: absent(one.averageBandwidth),
        codecs: absent(one.codecs),
        width: absent(one.resolution?.width),
        height: absent(one.resolution?.height),
        audio: one.audio[0]?.groupId ?? null,
        subtitles: one.subtitles[0]?.groupId ?? null,
      }))
    return { kind: 'multivariant', start: list.start?.offset ?? null, variants }
  }
  const range = (one) => (one ? { offset: one.offset, length: one.length } : null)
  let first = list.segments[0]?.discontinuitySequence ?? 0
  const keys = (segment) =>
    segment.key && segment.key.method !== 'NONE'
      ? [{ method: segment.key.method, url: resolved(segment.key.uri, url), keyformat: segment.key.format ?? 'identity' }]
      : []
  return {
    kind: 'media',
    sequence: list.mediaSequenceBase ?? 0,
    target: absent(list.targetDuration),
    endlist: list.endlist,
    playlist_type: absent(list.playlistType),
    start: list.start?.offset ?? null,
    segments: list.segments
      .filter((one) => one.uri)
      .map((one) => ({
        url: resolved(one.uri, url),
        duration: one.duration,
        range: range(one.byterange),
        map: one.map ? { url: resolved(one.map.uri, url), range: range(one.map.byterange) } : null,
        discontinuity: one.discontinuity === true,
        date_ms: one.programDateTime ? one.programDateTime.getTime() : null,
        gap: one.gap === true,
        keys: keys(one),
      })),
    parts: list.segments.flatMap((one) => one.parts ?? []).filter((one) => !one.hint).map((one) => ({
      url: resolved(one.uri, url),
      duration: one.duration,
      range: range(one.byterange),
      independent: one.independent === true,
      gap: one.gap === true,
    })),
    skipped: list.skip ?? 0,
  }
}

for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const { path, url } = JSON.parse(line)
  // hls-parser decodes UTF-8 itself.
  for (const [oracle, read, encoding] of [['hls.js', hlsJs, 'utf8'], ['hls-parser', theHlsParser, 'latin1']]) {
    const row = { path, oracle }
    try {
      row.facts = read(readFileSync(path, encoding), url)
    } catch (error) {
      row.error = String(error.message ?? error).slice(0, 200)
    }
    process.stdout.write(`${JSON.stringify(row)}\n`)
  }
}
