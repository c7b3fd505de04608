import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
}

/** Returns the licence texts of the bundled packages, which must be distributed with their code. */
export async function licences(bundles: readonly Metafile[]): Promise<string> {
  const files = bundles.flatMap((bundle) => Object.keys(bundle.inputs))
  const inputs = files.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  const folders = [...new Set(inputs.filter((path) => path !== undefined))].sort()
  const texts = await Promise.all(folders.map(licence))
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

async function licence(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest
  const names: string[] = []
  for await (const name of glob('{LICEN[CS]E,licen[cs]e,NOTICE}*', { cwd: join(root, folder) })) names.push(name)
  // Sorted, because file systems list files in different orders and the image must be reproducible.
  const texts = await Promise.all(names.sort().map((name) => readFile(join(root, folder, name), 'utf8')))
  return `${manifest.name} ${manifest.version} (${manifest.license})\n\n${texts.join('\n')}`
}
