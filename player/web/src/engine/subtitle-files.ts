/** Adapts `subtitles.wasm`: files and segments of subtitles that the session does not read itself. */
import type { TextDocument } from './messages'
import { head, sized, type Module } from './modules'

interface Read {
  format?: string
  documents?: TextDocument[]
}

/** What a file or segment says; null where it is of no known format, or not of the one that it has to be. */
export function readSubtitles(module: Module, offsetUs: number, init: Uint8Array, body: Uint8Array, only?: string): TextDocument[] | null {
  // The request has no tag: its offset comes first.
  const offset = head(0, ['f64', offsetUs]).subarray(1)
  const answer = module.call(offset, ...sized(init), ...sized(body))
  const { format, documents } = JSON.parse(new TextDecoder().decode(answer)) as Read
  return (only === undefined || format === only) && documents ? documents : null
}
