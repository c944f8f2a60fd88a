/** Adapts `subtitles.wasm`: files and segments of subtitles that the session does not read itself. */
import type { TextDocument } from './messages'
import { head, sized, type Module } from './modules'

/** What a file or segment says; null where it is of no known format. */
export function readSubtitles(module: Module, offsetUs: number, init: Uint8Array, body: Uint8Array): TextDocument[] | null {
  // The request has no tag: its offset comes first.
  const offset = head(0, ['f64', offsetUs]).subarray(1)
  const answer = module.call(offset, ...sized(init), ...sized(body))
  const { documents } = JSON.parse(new TextDecoder().decode(answer)) as { documents?: TextDocument[] }
  return documents ?? null
}
