/** Adapts WebAssembly loading: compiled while it streams in where the server names its type rightly. */
import type { SessionLike } from './host'
import { Session } from './abi'

/** Where the core comes from: an address, or its bytes (JupyterLab passes them). */
export type WasmSource = string | ArrayBuffer | Uint8Array<ArrayBuffer>

export async function loadSession(source: WasmSource): Promise<SessionLike> {
  return new Session(await instantiate(source))
}

export async function instantiate(source: WasmSource): Promise<WebAssembly.Instance> {
  if (typeof source !== 'string') return (await WebAssembly.instantiate(source)).instance
  const response = await fetch(source, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`${response.status} ${source}`)
  if (response.headers.get('Content-Type')?.startsWith('application/wasm')) {
    return (await WebAssembly.instantiateStreaming(response)).instance
  }
  return (await WebAssembly.instantiate(await response.arrayBuffer())).instance
}
