import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { licences } from './licences.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Node flags for a probe that idles under 64 MiB and works under 128 MiB. docs/reference/probe.md explains each flag. A smaller young
 * generation or `--optimize-for-size` would use a little less memory, but up to twice the processor time per check.
 */
export const nodeFlags = ['--expose-gc', '--max-semi-space-size=4', '--max-old-space-size=48'] as const
/** One malloc arena for all threads: 10 MiB less under load. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: '1' } as const

/**
 * Bundles the probe into one file without dependencies, so that the image contains only this file: `node scripts/build-probe.ts FILE.cjs`.
 * Also writes the licences of the bundled packages next to it. As CommonJS, the probe idles at 4 MiB less than the same code as an
 * ECMAScript module (docs/reference/probe.md).
 */
export async function buildProbe(outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['probe/main.ts'],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.19',
    minify: true,
    legalComments: 'none',
    metafile: true,
  })
  return metafile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outfile = process.argv[2]
  if (outfile === undefined) throw new Error('name the file to write')
  const bundle = await buildProbe(outfile)
  await writeFile(join(dirname(outfile), 'THIRD-PARTY-LICENSES.txt'), await licences([bundle]))
}
