/** Adapts Web Audio and MediaCapabilities: how many channels this device decodes and lets be heard apart. */
const SURROUND = 6
const STEREO = 2
const AUDIO = { contentType: 'audio/mp4; codecs="mp4a.40.2"', channels: String(SURROUND), bitrate: 384_000, samplerate: 48_000 }

let known: Promise<number> | undefined

/** Asked once a page: it may open the sound device for a moment. */
export function speakers(): Promise<number> {
  return (known ??= ask().catch(() => STEREO))
}

async function ask(): Promise<number> {
  const context = new AudioContext()
  const { maxChannelCount } = context.destination
  void context.close()
  if (maxChannelCount < SURROUND) return STEREO
  const told = await navigator.mediaCapabilities.decodingInfo({ type: 'media-source', audio: AUDIO })
  return told.supported ? maxChannelCount : STEREO
}
