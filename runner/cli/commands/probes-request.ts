import type { ServiceAccountName } from '../../../fabric/kubernetes/resident/manifests.ts'
import type { ClusterRequest } from '../cluster.ts'

/** The parsed arguments of `crosscheck probes`. */
export interface ProbesRequest {
  readonly action: 'install' | 'list' | 'remove'
  readonly cluster: ClusterRequest
  readonly format: 'text' | 'json' | 'yaml'
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[]
  /** Scenario files, for an installation. */
  readonly paths: readonly string[]
  readonly set: ReadonlyMap<string, string>
  readonly everyNode: boolean
  readonly canary: boolean
  readonly reader?: ServiceAccountName
  readonly force: boolean
  readonly dryRun: boolean
}
