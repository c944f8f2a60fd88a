// The app's TypeScript as modules that Node can import.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const { build } = createRequire(`${ROOT}player/web/package.json`)('esbuild')

/** Bundle one file of gradio_app/web and import it. */
export async function load(name) {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, entryPoints: [`gradio_app/web/${name}.ts`], bundle: true, format: 'esm', write: false,
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
