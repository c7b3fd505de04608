import type { Identity } from '../../fabric/fabric.ts'
import type { SourceKey } from './planned-check.ts'

/** One identity of a source, with the name that reports use. */
export interface PlannedSource {
  readonly key: SourceKey
  /** Sources of a path with the same name are one source in several places. Their answers are merged into one result. */
  readonly name: string
  readonly identity: Identity
  /** The namespace whose search list resolves short names; undefined for `outside` and nodes. */
  readonly namespace: string | undefined
  /** The place of a source that is in several places: `node n1`, `pods db-0 and db-1`. */
  readonly place?: string
  /** If it is a sample: how many pods it represents. */
  readonly note?: string
}
