import type { ServiceAccountName } from '../../../fabric/kubernetes/resident/manifests.ts'
import type { ClusterRequest } from '../cluster.ts'

/** What the arguments of `crosscheck probes` ask for. */
export interface ProbesRequest {
  readonly action: 'install' | 'list' | 'remove'
  readonly cluster: ClusterRequest
  readonly format: 'text' | 'json' | 'yaml'
  /** All when none is named. */
  readonly namespaces: readonly string[]
  /** Scenarios, of an installation. */
  readonly paths: readonly string[]
  readonly set: ReadonlyMap<string, string>
  readonly everyNode: boolean
  readonly canary: boolean
  readonly reader?: ServiceAccountName
  readonly force: boolean
  readonly dryRun: boolean
}
