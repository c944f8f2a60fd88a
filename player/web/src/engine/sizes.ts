/**
 * How many bytes the body of a request may have. A server that sends on and on would fill the tab's memory: what is
 * read as a whole is cut off. Media streams into a SourceBuffer, which has a measure of its own.
 */
import type { FetchKind } from './messages'

const MIB = 1 << 20
/** The core refuses larger ones: `MANIFEST_BYTES` and `TEXT_BYTES` of `player/core/src/limits.rs`. */
const MANIFEST = 64 * MIB
const TEXT = 32 * MIB

const MOST: Partial<Record<FetchKind, number>> = {
  manifest: MANIFEST,
  playlist: MANIFEST,
  text: TEXT,
  /** Chapters, and sizes of every segment of every rung. */
  sidecar: 16 * MIB,
  /** Session data and lists of assets. */
  data: 4 * MIB,
  /** Every level of a `sidx`, or a film's Cues. */
  index: 16 * MIB,
  /** A `moov`, of which the core holds 16 MiB, among other boxes. */
  init: 32 * MIB,
  /** A date; what HEAD says is the length of another answer. */
  clock: 4096,
  steering: MIB,
  /** Of AES-128, 16 bytes; of a key server that says in words why not, a few more. */
  key: 1024,
  licence: MIB,
  certificate: 256 * 1024,
}
/** A picture for the seek line, or the key frame that it is made of. */
export const PICTURE_BYTES = 32 * MIB

/** A script of a film with every sign and song animated has some megabytes. */
export const SCRIPT_BYTES = 8 * MIB
/** What `bitaca_core/media/texts.py` keeps of one attached font; and what of them all a title may bring here. */
export const FONT_BYTES = 24 * MIB
export const FONTS_BYTES = 48 * MIB

export class TooLarge extends Error {}

/** Throws where a body of this kind says that it is too large; what is sent compressed is larger still. */
export function checkStated(kind: FetchKind, response: Response): void {
  checkSize(kind, Number(response.headers.get('Content-Length') ?? 0))
}

/** Throws where more has come than a body of this kind may have. */
export function checkSize(kind: FetchKind, bytes: number): void {
  if (bytes > (MOST[kind] ?? Infinity)) throw new TooLarge(kind)
}

/** The whole body, which has at most so many bytes. */
export async function wholeBody(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > most) {
      void reader.cancel()
      throw new TooLarge()
    }
    chunks.push(value)
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** The whole body of a request of this kind. */
export function wholeOf(kind: FetchKind, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  return wholeBody(response, MOST[kind] ?? Infinity)
}
