// Prints the SHA-256 of the core's snapshot for each file given: node parity.mjs player.wasm player-rest.wasm FILE...
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const [wasm, rest, ...files] = process.argv.slice(2)
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), {})
const core = instance.exports
await WebAssembly.instantiate(readFileSync(rest), { '': core })

function put(bytes) {
  const at = core.alloc(bytes.length)
  new Uint8Array(core.memory.buffer, at, bytes.length).set(bytes)
  return [at, bytes.length]
}

function result(at) {
  return new Uint8Array(core.memory.buffer, at, core.result_len()).slice()
}

for (const file of files) {
  const body = put(readFileSync(file))
  const url = put(new TextEncoder().encode('https://media.example/a/b?c=d'))
  const handle = core.manifest_parse(...body, ...url, NaN)
  const out = handle ? result(core.manifest_snapshot(handle)) : result(core.manifest_error())
  if (handle) core.manifest_free(handle)
  core.free(...body)
  core.free(...url)
  console.log(createHash('sha256').update(out).digest('hex'))
}
