import type { Identity } from '../../fabric/fabric.ts'
import type { SourceKey } from './planned-check.ts'

/** One identity that a source stands for, with the name that the report uses. */
export interface PlannedSource {
  readonly key: SourceKey
  /** Sources of a path with the same name are one source in several places: their answers are one result. */
  readonly name: string
  readonly identity: Identity
  /** Whose search list resolves short names; none for `outside` and nodes. */
  readonly namespace: string | undefined
  /** Where it is, of a source in several places: `node n1`, `pods db-0 and db-1`. */
  readonly place?: string
  /** Of how many it is a sample, where it is one. */
  readonly note?: string
}
