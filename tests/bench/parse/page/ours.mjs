// Our core, called as the player calls it: bytes are copied in, the model stays there.

const encoder = new TextEncoder()
const ADDRESS = encoder.encode('https://media.example/show/p.m3u8')

export class Core {
  constructor(instance) {
    this.exports = instance.exports
    this.memory = instance.exports.memory
    this.address = this.put(ADDRESS)
  }

  static async load() {
    const bytesOf = async (path) => (await fetch(path)).arrayBuffer()
    const { instance } = await WebAssembly.instantiate(await bytesOf('/player.wasm'))
    await WebAssembly.instantiate(await bytesOf('/player-rest.wasm'), { '': instance.exports })
    return new Core(instance)
  }

  put(bytes) {
    const at = this.exports.alloc(bytes.length)
    new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes)
    return at
  }

  /** Copies a manifest in and parses it; gives its handle. */
  parse(bytes) {
    const at = this.put(bytes)
    const handle = this.exports.manifest_parse(at, bytes.length, this.address, ADDRESS.length, NaN)
    this.exports.free(at, bytes.length)
    if (handle === 0) throw new Error('our core refused the input')
    return handle
  }

  attach(handle, bytes) {
    const at = this.put(bytes)
    const done = this.exports.manifest_attach(handle, 0, at, bytes.length, this.address, ADDRESS.length)
    this.exports.free(at, bytes.length)
    if (!done) throw new Error('our core refused the playlist')
  }

  /** Segments of all renditions together. */
  count(handle) {
    let sum = 0
    for (let one = 0; one < this.exports.manifest_renditions(handle); one++) {
      sum += Math.max(0, this.exports.manifest_segments(handle, one))
    }
    return sum
  }
}
