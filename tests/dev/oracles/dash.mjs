// What two other parsers read in MPDs: shaka-player and mpd-parser (of video.js), as facts that can be compared.
//
//   node dash.mjs MODULES < list   where MODULES is a node_modules folder and the list one JSON object
//                                  {path, url, now} a line (now: the wall clock in ms since 1970);
//                                  prints one JSON object {path, oracle, facts | error} a line.
//
// Times are seconds on the presentation's time line, absent is null, addresses are absolute.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

console.warn = console.error = console.info = () => {}
const lines = []
const print = (row) => lines.push(`${JSON.stringify(row)}\n`)

// Timers of one file would list all its segments up to the time of the next one: they end with the file.
const timers = []
for (const name of ['setTimeout', 'setInterval']) {
  const real = globalThis[name]
  globalThis[name] = (...call) => {
    const timer = real(...call)
    timers.push(timer)
    return timer
  }
}

// The little of a browser that shaka-player touches while it parses.
const nothing = () => {}
const node = { style: {}, canPlayType: () => 'probably', addEventListener: nothing, removeEventListener: nothing }
globalThis.window = globalThis.self = globalThis
globalThis.navigator ??= { userAgent: 'Chrome/150', vendor: '', platform: '', languages: ['en'], language: 'en' }
globalThis.document = {
  ...node,
  createElement: () => ({ ...node }),
  getElementsByTagName: () => [],
  querySelector: () => null,
  documentElement: node,
}
globalThis.location = new URL('https://cdn.example/')
// Part of the language since 2026.
Map.prototype.getOrInsertComputed ??= function (key, make) {
  if (!this.has(key)) this.set(key, make(key))
  return this.get(key)
}
globalThis.addEventListener ??= nothing
globalThis.HTMLMediaElement = globalThis.HTMLVideoElement = class {}
globalThis.MediaSource = class {
  static isTypeSupported() {
    return true
  }
}

const require = createRequire(`${process.argv[2]}/`)
const shaka = require('shaka-player/dist/shaka-player.dash.js')
const mpdParser = require('mpd-parser')
shaka.log?.setLevel?.(0)
const realNow = Date.now
/** Segments that are listed of one representation. */
const LISTED = 20_000

const finite = (value) => (Number.isFinite(value) ? value : null)

// Requests for manifests are answered by the file, all others by nothing: what is elsewhere is not fetched.
let manifestText = ''
const answer = (uri, request, type) => {
  const { MANIFEST } = shaka.net.NetworkingEngine.RequestType
  if (type !== MANIFEST) return shaka.util.AbortableOperation.failed(new shaka.util.Error(2, 1, 1001, uri, 404))
  const data = new TextEncoder().encode(manifestText).buffer
  return shaka.util.AbortableOperation.completed({ uri, originalUri: uri, data, headers: {}, status: 200, timeMs: 1, fromCache: false })
}
for (const scheme of ['https', 'http']) shaka.net.NetworkingEngine.registerScheme(scheme, answer, 3)

async function theShaka(text, url) {
  const config = shaka.util.PlayerConfiguration.createDefault().manifest
  config.dash.ignoreDrmInfo = true
  config.dash.initialSegmentLimit = 1e6
  config.dash.autoCorrectDrift = false
  config.dash.clockSyncUri = ''
  config.retryParameters.maxAttempts = 1
  manifestText = text
  const errors = []
  const engine = new shaka.net.NetworkingEngine()
  engine.configure(shaka.util.PlayerConfiguration.createDefault().networking)
  const parser = new shaka.dash.DashParser()
  parser.configure(config, () => false)
  const manifest = await parser.start(url, {
    networkingEngine: engine,
    filter: async () => {},
    makeTextStreamsForClosedCaptions: nothing,
    onTimelineRegionAdded: nothing,
    onEvent: nothing,
    onError: (error) => errors.push(error),
    isLowLatencyMode: () => false,
    updateDuration: nothing,
    newDrmInfo: nothing,
    onManifestUpdated: nothing,
    getBandwidthEstimate: () => 1e6,
    getStreamingRetryParameters: () => config.retryParameters,
    onMetadata: async () => {},
    disableStream: nothing,
    addFont: nothing,
    onSegmentReceived: nothing,
  })
  await parser.stop()
  const streams = new Map()
  for (const variant of manifest.variants) {
    for (const stream of [variant.video, variant.audio]) {
      if (stream) streams.set(stream.id, stream)
      if (stream?.trickModeVideo) streams.set(stream.trickModeVideo.id, stream.trickModeVideo)
    }
  }
  for (const stream of [...manifest.textStreams, ...manifest.imageStreams]) streams.set(stream.id, stream)
  const representations = []
  for (const stream of streams.values()) {
    const one = {
      id: stream.originalId,
      type: stream.type,
      bandwidth: finite(stream.bandwidth),
      codecs: stream.codecs || null,
      mime: stream.mimeType || null,
      width: finite(stream.width),
      height: finite(stream.height),
      language: stream.originalLanguage || null,
      segments: null,
    }
    try {
      await stream.createSegmentIndex()
      one.segments = []
      for (const reference of stream.segmentIndex) {
        if (!reference) continue
        if (one.segments.length >= LISTED) break
        const map = reference.initSegmentReference
        one.segments.push({
          url: reference.getUris()[0] ?? null,
          start: reference.getStartTime(),
          duration: reference.getEndTime() - reference.getStartTime(),
          range: rangeOf(reference.getStartByte(), reference.getEndByte()),
        })
        if (map && !one.map) one.map = { url: map.getUris()[0], range: rangeOf(map.getStartByte(), map.getEndByte()) }
      }
    } catch (error) {
      one.segments = null // Its index stands in another file.
    }
    representations.push(one)
  }
  return { kind: 'dash', duration: finite(manifest.presentationTimeline.getDuration()), representations }
}

const rangeOf = (first, last) => (first === 0 && last === null ? null : { offset: first, length: last === null ? null : last - first + 1 })

function theMpdParser(text, url, now) {
  const periods = mpdParser.parse(text, { manifestUri: url, NOW: now, eventHandler: nothing })
  const representations = []
  const take = (playlist, type) => {
    representations.push({
      id: playlist.attributes.NAME ?? null,
      type,
      bandwidth: finite(playlist.attributes.BANDWIDTH),
      codecs: playlist.attributes.CODECS || null,
      width: finite(playlist.attributes.RESOLUTION?.width),
      height: finite(playlist.attributes.RESOLUTION?.height),
      segments: playlist.sidx
        ? null
        : (playlist.segments ?? []).map((one) => ({
            url: one.resolvedUri ?? null,
            // A whole file has no time of its own: it is the period's.
            start: one.presentationTime ?? playlist.attributes.periodStart ?? 0,
            duration: one.duration,
            range: one.byterange ? { offset: Number(one.byterange.offset), length: Number(one.byterange.length) } : null,
          })),
      map: playlist.segments?.[0]?.map?.resolvedUri ? { url: playlist.segments[0].map.resolvedUri, range: null } : null,
    })
  }
  for (const playlist of periods.playlists) take(playlist, 'video')
  for (const [kind, groups] of Object.entries(periods.mediaGroups)) {
    for (const group of Object.values(groups)) {
      for (const row of Object.values(group)) for (const playlist of row.playlists ?? []) take(playlist, kind === 'AUDIO' ? 'audio' : 'text')
    }
  }
  return { kind: 'dash', duration: finite(periods.duration), representations }
}

/** Both list every segment: a window of a live stream's whole life takes more memory than there is. */
function isEndless(text, now) {
  const since = /availabilityStartTime="([^"]+)"/.exec(text)
  const window = since && !text.includes('timeShiftBufferDepth') ? now - Date.parse(since[1]) : 0
  return window > 1e10 || /\br="\d{6,}"/.test(text)
}

for (const line of readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  const { path, url, now } = JSON.parse(line)
  const text = readFileSync(path, 'utf8')
  for (const [oracle, read] of [['shaka', theShaka], ['mpd-parser', theMpdParser]]) {
    const row = { path, oracle }
    try {
      if (isEndless(text, now)) throw new Error('not asked: millions of segments')
      Date.now = () => now
      row.facts = await read(text, url, now)
    } catch (error) {
      row.error = String(error.code ? `${error.code} ${error.data}` : (error.message ?? error)).slice(0, 200)
    } finally {
      Date.now = realNow
      timers.splice(0).forEach(clearTimeout)
    }
    print(row)
  }
}
// Timers of shaka-player would keep the process alive.
process.stdout.write(lines.join(''), () => process.exit(0))
