/** Adapts WebAssembly loading: compiled while it streams in where the server names its type rightly. */
import { Session } from './abi'
import type { SessionLike } from './host'
import { WholeSession } from './whole'

export type Bytes = ArrayBuffer | Uint8Array<ArrayBuffer>
/** The core's two parts (`player/split`), and what few titles need. */
export type ModuleName = 'player' | 'player-rest' | 'extras' | 'subtitles'
/** The address of `player.wasm`, beside which the others lie; or the bytes of each (JupyterLab passes them). */
export type WasmSource = string | Partial<Record<ModuleName, Bytes>>

/** Waits before a part is asked for again that did not come; after the last it is given up. */
const RETRIES_MS = [500, 1000, 2000, 4000, 8000]

/** A session that can begin at once; what it needs later comes behind it. */
export async function loadSession(source: WasmSource): Promise<SessionLike> {
  const module = await compile(source, 'player')
  const start = async () => new Session(await WebAssembly.instantiate(module))
  return new WholeSession(start, await start(), insist(() => compile(source, 'player-rest', 'low')))
}

export async function compile(source: WasmSource, name: ModuleName, priority: RequestPriority = 'auto'): Promise<WebAssembly.Module> {
  if (typeof source !== 'string') {
    const bytes = source[name]
    if (!bytes) throw new Error(`${name}.wasm was not given`)
    return WebAssembly.compile(bytes)
  }
  const address = name === 'player' ? source : new URL(`${name}.wasm`, new URL(source, globalThis.location.href)).href
  const response = await fetch(address, { credentials: 'same-origin', priority })
  if (!response.ok) throw new Error(`${response.status} ${address}`)
  if (response.headers.get('Content-Type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

async function insist<T>(attempt: () => Promise<T>): Promise<T> {
  for (const pause of RETRIES_MS) {
    try {
      return await attempt()
    } catch {
      // A network that is away for a moment must not end a title that plays.
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  return attempt()
}
