// A page that has parsed nothing yet: how long until the first playlist is there.
const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer())
const encoder = new TextEncoder()

/**
 * Compiles and instantiates our core, copies the playlist in and parses it. `player.wasm` alone: what is laid over it
 * comes behind the first playlist (`player/split`).
 */
window.coldOurs = async (input) => {
  const [source, bytes] = [await bytesOf('/player.wasm'), await bytesOf(input)]
  const address = encoder.encode('https://media.example/show/p.m3u8')
  const start = performance.now()
  const { instance } = await WebAssembly.instantiate(source)
  const ready = performance.now()
  const core = instance.exports
  const put = (part) => {
    const at = core.alloc(part.length)
    new Uint8Array(core.memory.buffer, at, part.length).set(part)
    return at
  }
  const [at, url] = [put(bytes), put(address)]
  const handle = core.manifest_parse(at, bytes.length, url, address.length, NaN)
  const end = performance.now()
  return { ms: end - start, startMs: ready - start, count: core.manifest_segments(handle, 0) }
}

/** Parses with hls.js, whose script has been loaded and run before; `startMs` is what that took. */
window.coldHls = async (input) => {
  const text = new TextDecoder().decode(await bytesOf(input))
  const source = await bytesOf('/hls.mjs')
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  const before = performance.now()
  const { M3U8Parser } = await import(address)
  const start = performance.now()
  const details = M3U8Parser.parseLevelPlaylist(text, 'https://media.example/show/p.m3u8', 0, 'main', 0, null)
  const end = performance.now()
  return { ms: end - start, startMs: start - before, count: details.fragments.length }
}
