import { glob, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'

/**
 * What ships, as JavaScript, because Node refuses .ts files under node_modules: three programs and the chunks that they share or load
 * only when needed, all in one folder, so that from each of them a program is `new URL('./lab-worker.js', import.meta.url)`.
 */
const programs = { crosscheck: 'runner/main.ts', 'lab-worker': 'lab/worker/main.ts', probe: 'probe/main.ts' }

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
  // Bundled CommonJS packages ask for Node's own modules through `require`.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
})
await writeFile(join(dist, 'THIRD-PARTY-LICENSES.txt'), await licences(metafile))
for (const program of Object.keys(programs)) console.log(`dist/${program}.js ${await kilobytes(`${program}.js`)}`)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
}

/** The licence texts of the bundled packages, which ask to be passed on with their code. */
async function licences(bundle: Metafile): Promise<string> {
  const inputs = Object.keys(bundle.inputs).map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  const folders = [...new Set(inputs.filter((path) => path !== undefined))].sort()
  const texts = await Promise.all(folders.map(licence))
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

async function licence(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest
  const text: string[] = []
  for await (const name of glob('{LICEN[CS]E,licen[cs]e,NOTICE}*', { cwd: join(root, folder) }))
    text.push(await readFile(join(root, folder, name), 'utf8'))
  return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${text.join('\n')}`
}

async function kilobytes(name: string): Promise<string> {
  return `${String(Math.ceil((await stat(join(dist, name))).size / 1024))} kB`
}
