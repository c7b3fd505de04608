import type { Command as Definition } from 'commander'
import type { ClusterAccess } from '../../fabric/kubernetes/api/client.ts'
import type { Problem } from '../../policy/types.ts'
import type { Invocation } from './command.ts'
import type { Io } from './io.ts'

/** Adds the options with which every command selects its cluster. */
export function defineAccess(definition: Definition): Definition {
  return definition
    .option('--context <name>', 'the context of the kubeconfig (default: its current one)')
    .option('--kubeconfig <file>', 'instead of KUBECONFIG and ~/.kube/config')
}

/** Returns how to reach the cluster that the options name. */
export function accessOf(
  options: { readonly context?: unknown; readonly kubeconfig?: unknown },
  { environment }: Pick<Io, 'environment'>,
): ClusterAccess {
  const { context, kubeconfig } = options as Partial<Record<string, string>>
  return {
    environment,
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  }
}

/** Whether the options name manifests instead of a cluster. */
export function givesManifests({ filename, kustomize }: Invocation['options']): boolean {
  return filename !== undefined || kustomize !== undefined
}

/** Rejects manifests in combination with cluster options. */
export function wrongWorld(options: Invocation['options']): Problem[] {
  const named = clusterWords(options)
  if (!givesManifests(options)) return ofManifestsOnly(options)
  if (named.length === 0) return []
  const message = `${named.join(' and ')} ${named.length === 1 ? 'asks' : 'ask'} for a live cluster, and manifests are given too`
  return [{ severity: 'error', message, hint: 'leave one of them out' }]
}

/** The same for commands that measure: manifests require the lab, everything else a cluster. */
export function wrongPlace(options: Invocation['options']): Problem[] {
  const named = clusterWords(options)
  if (options.lab === true && named.length > 0)
    return [{ severity: 'error', message: `${named.join(' and ')}: of a cluster, and not of the lab` }]
  if (!givesManifests(options)) return options.lab === true ? [] : ofManifestsOnly(options)
  if (options.lab === true) return []
  const message = 'manifests are given, and nothing says where to measure them'
  return [{ severity: 'error', message, hint: 'add --lab, or leave -f and -k out to measure on the live cluster' }]
}

/** Rejects options for reading manifests when there are none. For `matrix`, namespaces are a list that selects pods. */
function ofManifestsOnly({ exclude, namespace }: Invocation['options']): Problem[] {
  const words = [exclude === undefined ? [] : '--exclude', typeof namespace === 'string' ? '-n' : []].flat()
  if (words.length === 0) return []
  const message = `${words.join(' and ')}: of no use without manifests`
  return [{ severity: 'error', message, hint: 'give manifests by -f or -k' }]
}

function clusterWords(options: Invocation['options']): string[] {
  return ['context', 'kubeconfig'].filter((name) => options[name] !== undefined).map((name) => `--${name}`)
}
