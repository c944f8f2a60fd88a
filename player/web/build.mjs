// Bundles the player element and the app's pages.
//
//   node build.mjs                 writes ../dist/bitaca-player.js and ../../gradio_app/static/
//   node build.mjs --out DIR       writes DIR/player/ and DIR/static/ instead (the rebuild check compares them)
//   node build.mjs --only player   one of the two: player, app
//
// The output depends on nothing but the sources and esbuild's version: no times, no paths, no source maps.
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = resolve(HERE, '../..')
const APP = join(ROOT, 'gradio_app/web')

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? null : process.argv[at + 1]
}

const out = option('out')
const only = option('only')
const playerOut = out ? resolve(out, 'player') : join(ROOT, 'player/dist')
const appOut = out ? resolve(out, 'static') : join(ROOT, 'gradio_app/static')

/** What every bundle shares. Chrome 109, Firefox 115 and Safari 16.4 are the oldest browsers promised. */
const shared = {
  absWorkingDir: ROOT,
  bundle: true,
  charset: 'utf8',
  format: 'esm',
  legalComments: 'none',
  logLevel: 'warning',
  minify: true,
  sourcemap: false,
  target: ['chrome109', 'firefox115', 'safari16.4'],
  write: true,
}

async function buildPlayer() {
  mkdirSync(playerOut, { recursive: true })
  await build({
    ...shared,
    entryPoints: [join(HERE, 'src/index.ts')],
    loader: { '.css': 'text' },
    outfile: join(playerOut, 'bitaca-player.js'),
  })
}

/** A sheet that a script imports is text in its bundle: an element dresses its shadow root with it. */
const sheetsAsText = {
  name: 'sheets-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true, target: shared.target })
      return { contents: code, loader: 'text' }
    })
  },
}

/** Of the app's words, which the server's pages share, scripts carry those that some script says. */
const wordsThatAreSaid = {
  name: 'words-that-are-said',
  setup({ onLoad }) {
    onLoad({ filter: /words\/\w+\.json$/ }, ({ path }) => {
      const scripts = readdirSync(APP).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(APP, name), 'utf8')).join('\n')
      // Keys stand in the source as they are, or begin with what a template begins with: `act_${reason}`.
      const beginnings = [...scripts.matchAll(/`([a-z]+_)\$\{/g)].map(([, beginning]) => beginning)
      const said = (key) => scripts.includes(`'${key}'`) || beginnings.some((beginning) => key.startsWith(beginning))
      const words = Object.entries(JSON.parse(readFileSync(path, 'utf8'))).filter(([key]) => said(key))
      return { contents: JSON.stringify(Object.fromEntries(words)), loader: 'json' }
    })
  },
}

/** Sheets of shadow roots: in the scripts, and nowhere else. */
const SHADOW = new Set(['derona.css'])

/** Entries are listed by the app itself; every other style sheet beside them is copied minified under its own name. */
async function buildApp() {
  if (!existsSync(join(APP, 'entries.json'))) return
  mkdirSync(appOut, { recursive: true })
  const scripts = JSON.parse(readFileSync(join(APP, 'entries.json'), 'utf8'))
  const sheets = readdirSync(APP).filter((name) => name.endsWith('.css') && !SHADOW.has(name)).sort()
  const common = {
    ...shared,
    entryNames: '[name]',
    // The player is its own file, cached for every page; pages import it by address.
    external: ['*/bitaca-player.js', '/static/*', '/player/*'],
    outdir: appOut,
  }
  await build({ ...common, entryPoints: scripts.map((name) => join(APP, name)), plugins: [sheetsAsText, wordsThatAreSaid] })
  await build({ ...common, entryPoints: sheets.map((name) => join(APP, name)) })
}

if (only !== 'app') await buildPlayer()
if (only !== 'player') await buildApp()
