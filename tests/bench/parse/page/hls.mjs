// hls.js: the parser as it is shipped; the merge of a refresh and the transmuxer, which it does not export, from the
// sources in the same package.
import { M3U8Parser } from 'hls.js'
import { mergeDetails } from '../../../../player/web/node_modules/hls.js/src/utils/level-helper.ts'
import SourceParser from '../../../../player/web/node_modules/hls.js/src/loader/m3u8-parser.ts'

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
