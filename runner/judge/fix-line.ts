import type { Identity } from '../../fabric/fabric.ts'
import type { PlannedPath } from '../plan/planned-path.ts'
import { shellWord } from '../result/shell-word.ts'
import type { Scenario, Target } from '../scenario/model.ts'

/** Where a command that is printed finds the world of a run. */
export interface WorldWords {
  /** The words of the command line that name it, quoted for a shell: `-f manifests/`, `--context kind-staging`. */
  readonly words: readonly string[]
  /** The scenario's own manifests, where it is made from these. */
  readonly manifests: Scenario['manifests']
  /** What steps have applied since; undefined where no files make the world of the path. */
  readonly applied: Scenario['manifests'] | undefined
}

/** The command that explains a path policy by policy and offers a fix; none where its ends, or its world, cannot be written on a command line. */
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
