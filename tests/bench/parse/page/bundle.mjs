// Bundles the bench's page with the rivals from player/web/node_modules: node bundle.mjs DIR
import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const WEB = resolve(HERE, '../../../../player/web')
const { build } = createRequire(join(WEB, 'package.json'))('esbuild')
const out = resolve(process.argv[2])

// What hls.js's own build sets for its full bundle.
const features = [
  'ALT_AUDIO', 'CMCD', 'CONTENT_STEERING', 'EME_DRM', 'IFRAMES', 'INTERSTITIALS', 'M2TS_ADVANCED_CODECS',
  'MEDIA_CAPABILITIES', 'SUBTITLES', 'VARIABLE_SUBSTITUTION',
]
const define = Object.fromEntries(features.map((name) => [`__USE_${name}__`, 'true']))

await build({
  absWorkingDir: WEB,
  bundle: true,
  define: { ...define, __VERSION__: '"bench"', __IN_WORKER__: 'false', __HLS_WORKER_BUNDLE__: 'undefined' },
  entryPoints: [join(HERE, 'bench.mjs'), join(HERE, 'cold.mjs')],
  format: 'esm',
  logLevel: 'error',
  minify: true,
  nodePaths: [join(WEB, 'node_modules')],
  outdir: out,
  target: 'chrome120',
})
const modules = join(WEB, 'node_modules')
copyFileSync(join(modules, 'hls.js/dist/hls.min.mjs'), join(out, 'hls.mjs'))
copyFileSync(join(modules, 'rx-player/dist/mpd-parser.wasm'), join(out, 'rx-mpd-parser.wasm'))
