import type { Identity } from '../../fabric/fabric.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import { shellWord } from '../result/shell-word.ts'
import type { Scenario, Target } from '../scenario/model.ts'

/** The command-line arguments that lead a printed command to the world of a run. */
export interface WorldWords {
  /** Arguments that name the world, quoted for a shell: `-f manifests/`, `--context kind-staging`. */
  readonly words: readonly string[]
  /** The scenario's manifests, if the world is made from them. */
  readonly manifests: Scenario['manifests']
  /** Manifests that steps applied; undefined if the path's world does not come from files. */
  readonly applied: Scenario['manifests'] | undefined
}

/**
 * The `crosscheck explain` command that explains a path policy by policy and offers a fix; undefined if a command line cannot express the path's ends
 * or its world.
 */
export function fixLine({ source, path }: PlannedPath, { words, manifests, applied }: WorldWords): string | undefined {
  const from = fromText(source.identity)
  const to = toText(path.target)
  if (from === undefined || to === undefined || applied === undefined) return undefined
  const [files, later] = [manifests, applied].map((all) => all.map(({ path: file }) => `-f ${shellWord(file)}`))
  return ['crosscheck explain', shellWord(from), shellWord(to), ...files!, ...words, ...later!].join(' ')
}

function fromText(identity: Identity): string | undefined {
  switch (identity.kind) {
    case 'namespace':
      return identity.labels === undefined ? `ns/${identity.namespace}` : undefined
    case 'like':
    case 'as':
      return `${identity.namespace}/${identity.workload}`
    case 'pod':
      return `${identity.namespace}/pod/${identity.name}`
    case 'node':
      return `node/${identity.node}`
    case 'outside':
      return 'outside'
    default:
      return undefined
  }
}

function toText(target: Target): string | undefined {
  switch (target.kind) {
    case 'http':
      return target.url
    case 'tcp':
    case 'udp':
    case 'tls':
      return `${target.kind}://${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
    case 'pods':
      return target.pods.by === 'workload'
        ? `${target.pods.namespace}/${target.pods.workload}:${target.port}`
        : undefined
    default:
      return undefined
  }
}
