/** The page's end of the engine: a worker that holds session and MediaSource, or both on the page. */
import { WORKER } from '../errors'
import { Host } from './host'
import { mediaSourceType } from './media-source'
import type { InputBody, Output } from './messages'
import { loadSession, type WasmSource } from './wasm'
import { insideWorker, type FromWorker, type ToWorker } from './worker'

/** How long a worker may take to answer before the page does the work itself. */
const WORKER_PATIENCE_MS = 8000
/** How long a stopped worker may take to give its buffers back before it is ended. */
const FAREWELL_MS = 500

export interface Engine {
  readonly place: 'worker' | 'page'
  /** Makes the engine's MediaSource the video's source; apart from the start, which another title may overtake. */
  attach(video: HTMLVideoElement): void
  send(input: InputBody): void
  /** Asks for a script; the answer is the output `script` of this id. */
  readScript(id: string, url: string): void
  /** Stops everything; a video that was attached is left without a source. */
  destroy(): void
}

/** Starts a session beside its MediaSource. No video is touched before `attach`. */
export async function startEngine(wasm: WasmSource, onOutput: (output: Output) => void): Promise<Engine> {
  if (mediaSourceType()?.canConstructInDedicatedWorker && typeof Worker === 'function' && !insideWorker()) {
    try {
      return await inWorker(wasm, onOutput)
    } catch {
      // A page whose policy or origin forbids the worker still plays: the same host runs here.
    }
  }
  return onPage(wasm, onOutput)
}

async function inWorker(wasm: WasmSource, onOutput: (output: Output) => void): Promise<Engine> {
  const worker = new Worker(import.meta.url, { type: 'module', name: 'bitaca-player' })
  const post = (message: ToWorker) => worker.postMessage(message)
  const handle = await new Promise<MediaSourceHandle>((resolve, reject) => {
    const give = (why: string) => {
      worker.terminate()
      reject(new Error(why))
    }
    const patience = setTimeout(give, WORKER_PATIENCE_MS, 'the worker did not answer')
    worker.onerror = () => {
      clearTimeout(patience)
      give('the worker did not start')
    }
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      clearTimeout(patience)
      if (data.k === 'ready') resolve(data.handle)
      else if (data.k === 'unable') give(data.why)
    }
    post({ k: 'start', wasm })
  })
  let alive = true
  worker.onerror = (event) => {
    event.preventDefault()
    if (alive) onOutput({ t: 'error', code: WORKER, category: 'platform', severity: 'fatal', data: event.message ?? '' })
  }
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.k === 'output' && alive) onOutput(data.output)
    if (data.k === 'stopped') worker.terminate()
  }
  let attached: HTMLVideoElement | null = null
  return {
    place: 'worker',
    attach: (video) => {
      attached = video
      video.srcObject = handle as unknown as MediaProvider
    },
    send: (input) => post({ k: 'input', input }),
    readScript: (id, url) => post({ k: 'script', id, url }),
    destroy: () => {
      alive = false
      post({ k: 'stop' })
      detach(attached)
      setTimeout(() => worker.terminate(), FAREWELL_MS)
    },
  }
}

async function onPage(wasm: WasmSource, onOutput: (output: Output) => void): Promise<Engine> {
  let alive = true
  let attached: HTMLVideoElement | null = null
  const host = new Host(await loadSession(wasm), (output) => {
    // Outputs reach the page in a later turn, as they do from a worker.
    queueMicrotask(() => alive && onOutput(output))
  }, wasm)
  let address = ''
  return {
    place: 'page',
    attach: (video) => {
      attached = video
      if ('ManagedMediaSource' in globalThis && !('MediaSource' in globalThis)) {
        video.disableRemotePlayback = true
        video.srcObject = host.outlet.source
      } else {
        address = URL.createObjectURL(host.outlet.source)
        video.src = address
      }
    },
    send: (input) => host.feed(input),
    readScript: (id, url) => void host.readScript(id, url),
    destroy: () => {
      alive = false
      host.destroy()
      detach(attached)
      if (address) URL.revokeObjectURL(address)
    },
  }
}

function detach(video: HTMLVideoElement | null): void {
  if (!video) return
  video.srcObject = null
  video.removeAttribute('src')
  video.load()
}
