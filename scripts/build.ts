import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildProbe } from './build-probe.ts'
import { licences } from './licences.ts'
import { oneLanguage } from './one-language.ts'

/**
 * The programs that ship, as JavaScript, because Node rejects .ts files under node_modules: two programs, their shared and lazily loaded
 * chunks, and the probe. All are in one folder, so that each program can be located as `new URL('./lab-worker.js', import.meta.url)`.
 */
const programs = { crosscheck: 'runner/main.ts', 'lab-worker': 'lab/worker/main.ts' }

/** Prebuilt native code cannot be bundled. */
const external = ['koffi']

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

await rm(dist, { recursive: true, force: true })
await mkdir(dist)
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: programs,
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  minify: true,
  legalComments: 'none',
  external,
  metafile: true,
  plugins: [oneLanguage],
  // Bundled CommonJS packages load Node's built-in modules through `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
})
const probe = await buildProbe(join(dist, 'probe.cjs'))
// A file with this name is an ES module in this package. As the entry point of the bundle, it costs 1 MiB of the idle probe's memory.
await writeFile(join(dist, 'probe.js'), "import './probe.cjs'\n")
await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await licences([metafile, probe]))
for (const file of [...Object.keys(programs).map((program) => `${program}.js`), 'probe.cjs'])
  console.log(`dist/${file} ${await kilobytes(file)}`)

async function kilobytes(name: string): Promise<string> {
  return `${String(Math.ceil((await stat(join(dist, name))).size / 1024))} kB`
}
