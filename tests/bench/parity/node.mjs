// What the core makes of many inputs, in Node: as `player/wasm/src/bin/parity.rs` does natively.
import { readFileSync, writeSync } from 'node:fs'

// The player's first part, and the rest laid over it.
const [first, rest] = [2, 3].map((place) => new WebAssembly.Module(readFileSync(process.argv[place])))
const { exports: core } = new WebAssembly.Instance(first)
new WebAssembly.Instance(rest, { '': core })
const input = readFileSync(0)
const parts = []
let answer = []

const encode = (text) => new TextEncoder().encode(text)
function put(bytes) {
  const at = core.alloc(bytes.length)
  new Uint8Array(core.memory.buffer, at, bytes.length).set(bytes)
  return [at, bytes.length]
}
const u32 = (value) => {
  const four = Buffer.alloc(4)
  four.writeUInt32LE(value >>> 0)
  return four
}
const add = (bytes) => answer.push(u32(bytes.length), bytes)
const result = (at) => add(Buffer.from(new Uint8Array(core.memory.buffer, at, core.result_len())))

const url = put(encode('https://media.example/a/b?c=d'))
const master = put(encode('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlive.m3u8\n'))

const kinds = [
  (bytes) => {
    const body = put(bytes)
    const handle = core.manifest_parse(...body, ...url, NaN)
    core.free(...body)
    add(u32(core.manifest_work()))
    result(handle ? core.manifest_snapshot(handle) : core.manifest_error())
    core.manifest_free(handle)
  },
  (bytes) => {
    const length = Math.min(bytes.readUInt32LE(0), bytes.length - 4)
    const handle = core.manifest_parse(...master, ...url, NaN)
    for (const version of [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)]) {
      const body = put(version)
      const done = core.manifest_attach(handle, 0, ...body, ...url)
      core.free(...body)
      add(u32(core.manifest_work()))
      result(done ? core.manifest_snapshot(handle) : core.manifest_error())
    }
    core.manifest_free(handle)
  },
  (log) => {
    const session = core.session_new()
    for (let at = 0; at + 4 <= log.length;) {
      const length = log.readUInt32LE(at)
      const one = put(log.subarray(at + 4, at + 4 + length))
      at += 4 + length
      add(Buffer.from([core.session_handle(session, ...one)]))
      core.free(...one)
      do result(core.session_poll(session)); while (core.result_len())
    }
    core.session_free(session)
  },
]

for (let at = 0; at < input.length;) {
  const length = input.readUInt32LE(at + 1)
  answer = []
  kinds[input[at]](input.subarray(at + 5, at + 5 + length))
  const bytes = Buffer.concat(answer)
  parts.push(u32(bytes.length), bytes)
  at += 5 + length
}
const out = Buffer.concat(parts)
for (let at = 0; at < out.length;) at += writeSync(1, out, at)
