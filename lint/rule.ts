import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Path } from '../policy/field.ts'
import type { Place } from '../policy/types.ts'
import type { Context } from './context.ts'

/** From certain errors to information. */
export const severities = ['error', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** A replacement of one scalar in a file that is safe without confirmation: it changes only the fault. */
export interface Edit {
  readonly place: Place
  /** The possible spellings in the file, each with its replacement. If none of them is at the place, nothing is edited. */
  readonly ways: readonly { readonly old: string; readonly replacement: string }[]
}

/** A finding of a rule before it has a rule ID and a place. */
export interface Found {
  readonly object: ManifestObject
  /** The path that the finding points at. If absent, the object. */
  readonly path?: Path
  readonly part?: 'key' | 'value'
  readonly message: string
  /** A sentence that says what to write. */
  readonly fix?: string
  readonly edits?: readonly Edit[]
  /** Set if it differs from the rule's severity. */
  readonly severity?: Severity
}

/** A kind of mistake in manifests. `docs/reference/lint/` has a page for each. */
export interface Rule {
  /** In kebab case. Used by `--select`, `--ignore` and `# crosscheck-ignore`. */
  readonly id: string
  readonly severity: Severity
  /** One line. */
  readonly summary: string
  /**
   * Its findings rest on objects that exist, so they hold whatever else exists. A rule without this flag may report missing objects, and is
   * skipped if a part of the input could not be read.
   */
  readonly restsOnPresence?: true
  readonly find: (context: Context) => Iterable<Found>
}

/** A finding as reported. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly place: Place
  /** `Kind namespace/name`. Empty if the text is not an object. */
  readonly object: string
  readonly fix?: string
  readonly edits: readonly Edit[]
}
