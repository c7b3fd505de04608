import { addAbortSignal } from 'node:stream'
import type { Command as Definition } from 'commander'
import type { LoadOptions } from '../../fabric/manifests/files.ts'
import { nothingElse } from '../../fabric/manifests/passed-over.ts'
import type { Loaded } from '../../fabric/manifests/read.ts'
import type { Reader } from '../../fabric/manifests/reader.ts'
import type { Problem } from '../../policy/types.ts'
import { type Invocation, repeatable } from './command.ts'
import type { Io } from './io.ts'
import { notePassedOver } from './passed-over.ts'

/** Adds `-f`, `-k` and related options, with which every command reads manifests. */
export function defineInputs(definition: Definition): Definition {
  return defineFolders(
    definition
      .option(
        '-f, --filename <path>',
        'manifests: a file, a folder with all below it, or - for stdin (repeatable)',
        repeatable,
      )
      .option('-k, --kustomize <dir>', 'manifests as `kubectl kustomize` renders them (repeatable)', repeatable),
  )
}

/** Adds the options of commands that read folders of manifests. */
export function defineFolders(definition: Definition): Definition {
  return definition
    .option('--exclude <glob>', 'leave out files and folders, as in "charts/**" or mkdocs.yml (repeatable)', repeatable)
    .option('--show-passed-over', 'list all files of folders that hold no Kubernetes object')
}

/** Adds `-n` where it has no other meaning. */
export function defineNamespace(definition: Definition): Definition {
  return definition.option('-n, --namespace <name>', 'where objects are that name no namespace (default: default)')
}

/** Converts the options to settings for reading manifests. */
export function loadOptions({ exclude, namespace }: Invocation['options']): LoadOptions {
  return {
    exclude: exclude as readonly string[] | undefined,
    namespace: typeof namespace === 'string' ? namespace : undefined,
  }
}

/** Reads the manifests of `-f` and `-k`. Errors, and empty input, are problems. Throws if kubectl is required but missing. */
export async function readInputs({ options }: Invocation, io: Io, reader?: Reader): Promise<Loaded> {
  const paths = (options.filename ?? []) as readonly string[]
  const folders = (options.kustomize ?? []) as readonly string[]
  if (paths.length + folders.length === 0) return { objects: [], problems: [noInputs], ...nothingElse }
  const { fileSystem, loadManifests } = await import('../../fabric/manifests/files.ts')
  if (paths.includes('-')) addAbortSignal(io.signal, io.stdin)
  const how = { ...loadOptions(options), reader }
  const files = await loadManifests(paths, fileSystem(io.stdin), how)
  notePassedOver(files.passedOver, options.showPassedOver === true, io)
  const loaded = [files]
  io.signal.throwIfAborted()
  if (folders.length > 0) {
    const { kustomize } = await import('./kustomize.ts')
    for (const folder of folders) loaded.push(await kustomize(folder, how, io))
  }
  const objects = loaded.flatMap((each) => each.objects)
  const problems = loaded.flatMap((each) => each.problems)
  const isEmpty = objects.length === 0 && problems.every(({ severity }) => severity !== 'error')
  const unreadable = loaded.flatMap((each) => each.unreadable)
  return { ...files, objects, problems: isEmpty ? [...problems, noObject(paths, folders)] : problems, unreadable }
}

/** Empty input usually means that the command before the pipe failed. A result such as "no path is wrong" would be misleading. */
function noObject(paths: readonly string[], folders: readonly string[]): Problem {
  const names = [...paths.map((path) => (path === '-' ? '<stdin>' : path)), ...folders.map((folder) => `-k ${folder}`)]
  return { severity: 'error', message: `no object in ${names.join(', ')}` }
}

const noInputs: Problem = {
  severity: 'error',
  message: 'no manifests are given',
  hint: 'name them by -f FILE, -f FOLDER, -f - for stdin, or -k FOLDER for a kustomization',
}
