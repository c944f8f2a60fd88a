// mp4box.js: the samples of a fragment whose initialization section it has read.
import { createFile } from 'mp4box'

function part(bytes, at) {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  buffer.fileStart = at
  return buffer
}

export function open(init, segment, wanted) {
  const file = createFile()
  const found = { samples: 0, run: null }
  file.onReady = (info) => file.setExtractionOptions(info.tracks[0].id, null, { nbSamples: wanted })
  file.onSamples = (_id, _user, samples) => { found.samples += samples.length }
  file.appendBuffer(part(init, 0))
  file.start()
  const buffer = part(segment, init.length)
  found.run = () => {
    file.appendBuffer(buffer)
    file.flush()
  }
  return found
}
