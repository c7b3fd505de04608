import { isIP } from 'node:net'
import { namespaceIn } from '../../fabric/lookup/namespace-of-host.ts'
import type { Scenario, Source, Target } from './model.ts'

/** The namespaces that a scenario mentions, and that of the cluster's DNS: where to read if the whole cluster is not readable. */
export function spacesOf({ paths, steps }: Pick<Scenario, 'paths' | 'steps'>): string[] {
  const all = [...paths, ...steps.flatMap((step) => step.paths)]
  const named = all.flatMap(({ source, target }) => [...spaceOfSource(source), ...spaceOfTarget(target)])
  return [...new Set([...named, 'kube-system'])]
}

function spaceOfSource(source: Source): string[] {
  return 'namespace' in source && source.namespace !== undefined ? [source.namespace] : []
}

/** The namespace in a name. A short name resolves in the source's namespace. */
function spaceOfTarget(target: Target): string[] {
  if (target.kind === 'pods') return target.pods.namespace === undefined ? [] : [target.pods.namespace]
  if (!('host' in target) || isIP(target.host) !== 0) return []
  return [namespaceIn(target.host) ?? []].flat()
}
