import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type BuildOptions, build, type Metafile, transform } from 'esbuild'
import { fewChunks } from './few-chunks.ts'
import { leanPackages } from './lean-packages.ts'
import { oneLanguage } from './one-language.ts'

/** What holds for all that ships. Prebuilt native code cannot be bundled. */
export const usual = {
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  minify: true,
  legalComments: 'none',
  external: ['koffi'],
  metafile: true,
} satisfies BuildOptions

/**
 * Bundles the command line into `crosscheck.js` and its chunks, which are CommonJS: of these V8's compiled code can be kept (runner/bundled/). esbuild splits ECMAScript modules alone,
 * so that each chunk is made as one and then translated.
 */
export async function bundleProgram(root: string, dist: string): Promise<readonly Metafile[]> {
  const { outputFiles, metafile } = await build({
    ...usual,
    absWorkingDir: root,
    entryPoints: { program: 'runner/main.ts' },
    outdir: dist,
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    splitting: true,
    format: 'esm',
    write: false,
    define: { 'import.meta.url': 'bundleUrl' },
    plugins: [oneLanguage, leanPackages, fewChunks(root)],
  })
  for (const { path, text } of outputFiles) await writeFile(path, await toCommonJs(text))
  const program = outputFiles.map(({ path }) => basename(path)).find((name) => name.startsWith('program-'))
  const start = await build({
    ...usual,
    absWorkingDir: root,
    entryPoints: ['runner/bundled/main.ts'],
    outfile: join(dist, 'crosscheck.js'),
    format: 'cjs',
    define: { PROGRAM: JSON.stringify(`./${program}`), 'import.meta.url': 'bundleUrl' },
    banner: { js: asModule },
  })
  return [metafile, start.metafile]
}

/** In this package the file is a module. What a module imports of Node gets a face of its own, name by name, which takes ten milliseconds; what is required does not. */
const asModule =
  'const bundleUrl=import.meta.url,require=process.getBuiltinModule("node:module").createRequire(bundleUrl);'

async function toCommonJs(chunk: string): Promise<string> {
  const url = 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;'
  const { code } = await transform(chunk, {
    format: 'cjs',
    platform: 'node',
    target: usual.target,
    minify: true,
    legalComments: 'none',
    supported: { 'dynamic-import': false },
    ...(chunk.includes('bundleUrl') ? { banner: url } : {}),
  })
  return code
}
