import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { nothingElse } from '../../fabric/manifests/passed-over.ts'
import { type Loaded, maxInputBytes, type ReadOptions, readManifests } from '../../fabric/manifests/read.ts'
import type { Io } from './io.ts'

const run = promisify(execFile)

/**
 * Returns the manifests that `kubectl kustomize` renders from a folder. Errors of the rendering are problems. Throws if kubectl is missing.
 */
export async function kustomize(folder: string, how: ReadOptions, { environment, cwd, signal }: Io): Promise<Loaded> {
  const options = { cwd, env: { ...environment }, signal, maxBuffer: maxInputBytes, encoding: 'utf8' } as const
  try {
    const { stdout } = await run('kubectl', ['kustomize', '--', folder], options)
    return readManifests([{ file: `${folder} (kubectl kustomize)`, text: stdout }], how)
  } catch (error) {
    signal.throwIfAborted()
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { readonly stderr?: string }
    if (code === 'ENOENT') {
      const way = `render them elsewhere: kustomize build ${folder} | crosscheck … -f -`
      throw new Error(`-k needs kubectl, which is not on the PATH: install it, or ${way}`)
    }
    const message = `-k ${folder}: ${(stderr || (error as Error).message).trim().replace(/^error: /, '')}`
    return { objects: [], problems: [{ severity: 'error', message }], ...nothingElse }
  }
}
