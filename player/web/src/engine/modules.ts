/**
 * Adapts the modules that few titles need (`extras.wasm`, `subtitles.wasm`): each loaded when first asked, once.
 * Requests and answers are bytes; their layout is in `player/extras/src/calls.rs` and `player/subtitles/src/lib.rs`.
 */
import { compile, type WasmSource } from './wasm'

interface Exports {
  memory: WebAssembly.Memory
  alloc(len: number): number
  free(ptr: number, len: number): void
  call(ptr: number, len: number): number
  result_len(): number
}

/** An instance of one of them. */
export class Module {
  private readonly exports: Exports
  /** Memory for requests, kept from call to call. */
  private room = { ptr: 0, size: 0 }

  constructor(instance: WebAssembly.Instance) {
    this.exports = instance.exports as unknown as Exports
  }

  /** The answer to a request that is given in parts. A view of the module's memory: read it before the next call. */
  call(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (this.room.size < length) this.grow(length)
    const request = new Uint8Array(this.exports.memory.buffer, this.room.ptr, length)
    let at = 0
    for (const part of parts) {
      request.set(part, at)
      at += part.length
    }
    const ptr = this.exports.call(this.room.ptr, length)
    return new Uint8Array(this.exports.memory.buffer, ptr, this.exports.result_len())
  }

  private grow(least: number): void {
    const size = Math.max(4096, 2 ** Math.ceil(Math.log2(least)))
    if (this.room.size) this.exports.free(this.room.ptr, this.room.size)
    const ptr = this.exports.alloc(size)
    if (!ptr) throw new RangeError(`no memory for a request of ${least} bytes`)
    this.room = { ptr, size }
  }
}

/** Where they are: beside the core, or given along with it. */
export class Modules {
  private readonly loading = new Map<string, Promise<Module>>()

  constructor(private readonly core: WasmSource) {}

  get(name: 'extras' | 'subtitles'): Promise<Module> {
    const known = this.loading.get(name)
    if (known) return known
    const loading = this.load(name)
    this.loading.set(name, loading)
    // What failed may be there the next time.
    loading.catch(() => this.loading.delete(name))
    return loading
  }

  private async load(name: 'extras' | 'subtitles'): Promise<Module> {
    return new Module(await WebAssembly.instantiate(await compile(this.core, name)))
  }
}

/** A request's fixed part: tag, then fields. */
export function head(tag: number, ...fields: (['u8' | 'u32' | 'f64', number])[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(1 + 8 * fields.length))
  view.setUint8(0, tag)
  let at = 1
  for (const [type, value] of fields) {
    if (type === 'u8') view.setUint8(at, value)
    else if (type === 'u32') view.setUint32(at, value, true)
    else view.setFloat64(at, value, true)
    at += type === 'u8' ? 1 : type === 'u32' ? 4 : 8
  }
  return new Uint8Array(view.buffer, 0, at)
}

/** A length before its bytes. */
export function sized(bytes: Uint8Array): Uint8Array[] {
  const length = new DataView(new ArrayBuffer(4))
  length.setUint32(0, bytes.length, true)
  return [new Uint8Array(length.buffer), bytes]
}
