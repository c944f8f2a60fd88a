/** The bundle: on a page it defines `<bitaca-player>`, in a worker it serves the engine. */
import { BitacaPlayer } from './element'
import { insideWorker, serve } from './engine/worker'

if (insideWorker()) serve()
else if (globalThis.customElements && !customElements.get('bitaca-player')) customElements.define('bitaca-player', BitacaPlayer)

export { BitacaPlayer }
