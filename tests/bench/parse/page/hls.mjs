// hls.js: the parser as it is shipped; the merge of a refresh and the transmuxer, which it does not export, from the
// sources in the same package.
import Hls, { M3U8Parser } from 'hls.js'
import { mergeDetails } from '../../../../player/web/node_modules/hls.js/src/utils/level-helper.ts'
import SourceParser from '../../../../player/web/node_modules/hls.js/src/loader/m3u8-parser.ts'

import Transmuxer, { TransmuxConfig, TransmuxState } from '../../../../player/web/node_modules/hls.js/src/demux/transmuxer.ts'
import { ChunkMetadata } from '../../../../player/web/node_modules/hls.js/src/types/transmuxer.ts'

const ADDRESS = 'https://media.example/show/p.m3u8'
const silent = { log() {}, warn() {}, info() {}, debug() {}, trace() {}, error() {} }

export function parse(text) {
  const details = M3U8Parser.parseLevelPlaylist(text, ADDRESS, 0, 'main', 0, null)
  if (details.playlistParsingError) throw details.playlistParsingError
  return details
}

/** What a player does next with each segment that it may load. */
export function resolve(details) {
  let length = 0
  for (const fragment of details.fragments) length += fragment.url.length
  return length
}

/** What its playlist controllers do with a newer version of a live playlist. */
export function refresh(known, text) {
  const fresh = SourceParser.parseLevelPlaylist(text, ADDRESS, 0, 'main', 0, null)
  if (known) {
    fresh.reloaded(known)
    mergeDetails(known, fresh, silent)
  }
  return fresh
}

const observer = { on() {}, once() {}, off() {}, emit() {}, trigger() {}, removeAllListeners() {}, listenerCount: () => 0 }

/** One segment through its transmuxer, as a player without a worker does it. */
export function transmux(buffer) {
  const supported = { mp4: true, mpeg: true, mp3: true, ac3: false }
  const transmuxer = new Transmuxer(observer, supported, Hls.DefaultConfig, '', 'main', silent)
  const meta = new ChunkMetadata(0, 0, 0, buffer.byteLength)
  transmuxer.configure(new TransmuxConfig(undefined, undefined, undefined, 12, null))
  const state = new TransmuxState(true, false, true, false, 0, true)
  const results = [transmuxer.push(buffer, null, meta, state), ...transmuxer.flush(meta)]
  const found = { tracks: 0, bytes: 0 }
  for (const { remuxResult } of results) {
    found.tracks = Math.max(found.tracks, Object.keys(remuxResult.initSegment?.tracks ?? {}).length)
    for (const part of [remuxResult.audio, remuxResult.video]) {
      found.bytes += (part?.data1?.byteLength ?? 0) + (part?.data2?.byteLength ?? 0)
    }
  }
  return found
}
