/** The engine inside a dedicated worker. The bundle is its own worker script: one file, one cache entry. */
import { Host } from './host'
import { mediaSourceType } from './media-source'
import type { InputBody, Output } from './messages'
import { loadSession, type WasmSource } from './wasm'

export type ToWorker =
  | { k: 'start'; wasm: WasmSource }
  | { k: 'input'; input: InputBody }
  | { k: 'script'; id: string; url: string }
  | { k: 'stop' }
export type FromWorker =
  | { k: 'ready'; handle: MediaSourceHandle }
  | { k: 'unable'; why: string }
  | { k: 'output'; output: Output }
  | { k: 'stopped' }

interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
  postMessage(message: FromWorker, transfer?: Transferable[]): void
  close(): void
}

/** True in a dedicated worker, where the bundle must not define an element. */
export function insideWorker(): boolean {
  return typeof document === 'undefined' && 'WorkerGlobalScope' in globalThis
}

export function serve(): void {
  const scope = globalThis as unknown as WorkerScope
  let host: Host | null = null
  const start = async (wasm: WasmSource) => {
    if (!mediaSourceType()?.canConstructInDedicatedWorker) throw new Error('no MediaSource in workers')
    host = new Host(await loadSession(wasm), (output) => scope.postMessage({ k: 'output', output }), wasm)
    const handle = (host.outlet.source as MediaSource & { handle: MediaSourceHandle }).handle
    scope.postMessage({ k: 'ready', handle }, [handle as unknown as Transferable])
  }
  scope.onmessage = ({ data }) => {
    if (data.k === 'start') {
      start(data.wasm).catch((reason: unknown) => scope.postMessage({ k: 'unable', why: String(reason) }))
    } else if (data.k === 'input') {
      host?.feed(data.input)
    } else if (data.k === 'script') {
      void host?.readScript(data.id, data.url)
    } else {
      host?.destroy()
      host = null
      scope.postMessage({ k: 'stopped' })
      scope.close()
    }
  }
}
