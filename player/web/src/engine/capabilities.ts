/** Which types the browser plays, and plays without dropping frames: asked before a codec family is chosen. */
import { mediaSourceType } from './media-source'

/** What a middling rung asks of a decoder; a browser that fails it at this size plays another family better. */
const ASKED_FOR = { width: 1280, height: 720, bitrate: 2_500_000, framerate: 30 }

/** What AV1's codec string says of the transfer function, in MediaCapabilities' words: 16 is PQ, 18 is HLG. */
function rangeOf(contentType: string): Partial<VideoConfiguration> {
  const transfer = /av01(?:\.\w+){6}\.(16|18)\./.exec(contentType)?.[1]
  return transfer ? { transferFunction: transfer === '16' ? 'pq' : 'hlg', colorGamut: 'rec2020' } : {}
}

/**
 * Of the types that MediaSource accepts, those that MediaCapabilities foretells to be smooth; all accepted ones where
 * it says nothing, or where no video at all would be smooth.
 */
export async function playable(mimes: readonly string[]): Promise<boolean[]> {
  const type = mediaSourceType()
  const accepted = mimes.map((mime) => type?.isTypeSupported(mime) ?? false)
  const capabilities = (navigator as { mediaCapabilities?: MediaCapabilities }).mediaCapabilities
  if (!capabilities) return accepted
  const smooth = await Promise.all(
    mimes.map(async (contentType, at) => {
      const known = accepted[at] ?? false
      if (!known || !contentType.startsWith('video/')) return known
      try {
        const told = await capabilities.decodingInfo({ type: 'media-source', video: { contentType, ...ASKED_FOR, ...rangeOf(contentType) } })
        return told.supported && told.smooth
      } catch {
        return known // a type of several codecs is none that it may be asked about
      }
    }),
  )
  return mimes.some((mime, at) => mime.startsWith('video/') && smooth[at]) ? smooth : accepted
}
