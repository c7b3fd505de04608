import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { buildProbe } from './build-probe.ts'
import { bundleProgram, usual } from './bundle-program.ts'
import { licences } from './licences.ts'
import { oneLanguage } from './one-language.ts'

// What ships, as JavaScript, because Node refuses .ts files under node_modules: three programs, and the chunks that they share or load only when needed, all
// in one folder, so that from the command line the worker is `new URL('./lab-worker.js', …)`.
const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

await rm(dist, { recursive: true, force: true })
await mkdir(dist)
const program = await bundleProgram(root, dist)
const worker = await build({
  ...usual,
  absWorkingDir: root,
  entryPoints: { 'lab-worker': 'lab/worker/main.ts' },
  outdir: dist,
  splitting: true,
  format: 'esm',
  plugins: [oneLanguage],
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
})
const probe = await buildProbe(join(dist, 'probe.cjs'))
// In this package a file with this name is a module; as the way into the bundle it costs 1 MiB of the idle probe's memory.
await writeFile(join(dist, 'probe.js'), "import './probe.cjs'\n")
await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await licences([...program, worker.metafile, probe]))
for (const file of ['crosscheck.js', 'lab-worker.js', 'probe.cjs']) console.log(`dist/${file} ${await kilobytes(file)}`)

async function kilobytes(name: string): Promise<string> {
  return `${String(Math.ceil((await stat(join(dist, name))).size / 1024))} kB`
}
