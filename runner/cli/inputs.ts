import { addAbortSignal } from 'node:stream'
import type { Command as Definition } from 'commander'
import type { Manifests } from '../../fabric/manifests/read.ts'
import type { Reader } from '../../fabric/manifests/reader.ts'
import type { Problem } from '../../policy/types.ts'
import { type Invocation, repeatable } from './command.ts'
import type { Io } from './io.ts'

/** Adds `-f` and `-k`, with which every command takes manifests. */
export function defineInputs(definition: Definition): Definition {
  return definition
    .option(
      '-f, --filename <path>',
      'manifests: a file, a folder with all below it, or - for stdin (repeatable)',
      repeatable,
    )
    .option('-k, --kustomize <dir>', 'manifests as `kubectl kustomize` renders them (repeatable)', repeatable)
}

/** Reads what `-f` and `-k` name; mistakes, and no object at all, are problems. Throws when kubectl is needed and missing. */
export async function readInputs({ options }: Invocation, io: Io, reader?: Reader): Promise<Manifests> {
  const paths = (options.filename ?? []) as readonly string[]
  const folders = (options.kustomize ?? []) as readonly string[]
  if (paths.length + folders.length === 0) return { objects: [], problems: [noInputs] }
  const { fileSystem, loadManifests } = await import('../../fabric/manifests/files.ts')
  if (paths.includes('-')) addAbortSignal(io.signal, io.stdin)
  const loaded = [await loadManifests(paths, fileSystem(io.stdin), reader)]
  io.signal.throwIfAborted()
  if (folders.length > 0) {
    const { kustomize } = await import('./kustomize.ts')
    for (const folder of folders) loaded.push(await kustomize(folder, io))
  }
  const objects = loaded.flatMap((each) => each.objects)
  const problems = loaded.flatMap((each) => each.problems)
  const isEmpty = objects.length === 0 && problems.every(({ severity }) => severity !== 'error')
  return { objects, problems: isEmpty ? [...problems, noObject(paths, folders)] : problems }
}

/** Nothing at all is most often a command before the pipe that failed: about that, "no path is wrong" would be no answer. */
function noObject(paths: readonly string[], folders: readonly string[]): Problem {
  const names = [...paths.map((path) => (path === '-' ? '<stdin>' : path)), ...folders.map((folder) => `-k ${folder}`)]
  return { severity: 'error', message: `no object in ${names.join(', ')}` }
}

const noInputs: Problem = {
  severity: 'error',
  message: 'no manifests are given',
  hint: 'name them by -f FILE, -f FOLDER, -f - for stdin, or -k FOLDER for a kustomization',
}
