import type { ClusterAccess } from '../../../fabric/kubernetes/api/client.ts'
import { fileSystem, loadManifests } from '../../../fabric/manifests/files.ts'
import type { ManifestIo } from '../../../fabric/manifests/folder.ts'
import { nothingElse } from '../../../fabric/manifests/passed-over.ts'
import type { Problem } from '../../../policy/types.ts'
import type { Invocation } from '../command.ts'
import { loadOptions, readInputs } from '../inputs.ts'
import type { Io } from '../io.ts'
import { notePassedOver } from '../passed-over.ts'
import type { LintInputs } from './lint-cluster.ts'

/** Reads the arguments, `-f` and `-k`. Errors in them are problems. */
export async function readLintInputs({ args, options }: Invocation, io: Io): Promise<LintInputs> {
  const paths = [...((args[0] ?? []) as string[]), ...((options.filename ?? []) as string[])]
  const folders = (options.kustomize ?? []) as string[]
  const texts = new Map<string, string>()
  if (options.context !== undefined || options.kubeconfig !== undefined) {
    if (paths.length + folders.length > 0) return { objects: [], problems: [bothGiven], ...nothingElse, texts }
    const { readCluster } = await import('./lint-cluster.ts')
    return readCluster(accessOf(options, io), io.signal)
  }
  if (paths.length === 0) return { ...(await readInputs({ args, options }, io)), texts }
  const files = await loadManifests(paths, recording(fileSystem(io.stdin), texts), loadOptions(options))
  notePassedOver(files.passedOver, options.showPassedOver === true, io)
  if (folders.length === 0) return { ...files, texts }
  const more = await readInputs({ args, options: { ...options, filename: undefined } }, io)
  return {
    ...files,
    texts,
    objects: [...files.objects, ...more.objects],
    problems: [...files.problems, ...more.problems],
    unreadable: [...files.unreadable, ...more.unreadable],
  }
}

const bothGiven: Problem = {
  severity: 'error',
  message: '--context and --kubeconfig ask for a live cluster, and files are given too',
  hint: 'lint them one after the other',
}

function accessOf(options: Invocation['options'], { environment }: Io): ClusterAccess {
  const { context, kubeconfig } = options as Partial<Record<string, string>>
  return {
    environment,
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  }
}

/** Wraps file access and keeps a copy of each text. */
function recording(files: ManifestIo, texts: Map<string, string>): ManifestIo {
  const keep = async function* (name: string, stream: AsyncIterable<Uint8Array>) {
    const chunks: Uint8Array[] = []
    for await (const chunk of stream) {
      chunks.push(chunk)
      yield chunk
    }
    texts.set(name, new TextDecoder().decode(Buffer.concat(chunks)))
  }
  return { ...files, open: (path) => keep(path, files.open(path)), stdin: keep('<stdin>', files.stdin) }
}
