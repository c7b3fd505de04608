import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Path } from '../policy/field.ts'
import type { Place } from '../policy/types.ts'
import type { Context } from './context.ts'

/** From what is wrong for certain to what somebody should know. */
export const severities = ['error', 'warning', 'info'] as const
export type Severity = (typeof severities)[number]

/** A replacement of one scalar in a file that is safe without asking: nothing but the fault changes. */
export interface Edit {
  readonly place: Place
  /** The ways in which it may be written there, each with what replaces it; where none of them stands at the place, nothing is edited. */
  readonly ways: readonly { readonly old: string; readonly replacement: string }[]
}

/** What a rule found, before it has a name and a place. */
export interface Found {
  readonly object: ManifestObject
  /** What the finding points at; the object when absent. */
  readonly path?: Path
  readonly part?: 'key' | 'value'
  readonly message: string
  /** A sentence that says what to write. */
  readonly fix?: string
  readonly edits?: readonly Edit[]
  /** Where it differs from the rule's. */
  readonly severity?: Severity
}

/** One thing that goes wrong in manifests; `docs/reference/lint/` has a page for each. */
export interface Rule {
  /** In kebab case; what `--select`, `--ignore` and `# crosscheck-ignore` name. */
  readonly id: string
  readonly severity: Severity
  /** One line. */
  readonly summary: string
  /**
   * Its findings hold whatever else exists: they rest on objects that are there. A rule without it may say that something is missing,
   * and is left out where a part of the input could not be read.
   */
  readonly restsOnPresence?: true
  readonly find: (context: Context) => Iterable<Found>
}

/** A finding as it is reported. */
export interface Finding {
  readonly rule: string
  readonly severity: Severity
  readonly message: string
  readonly place: Place
  /** `Kind namespace/name`; empty where the text is no object. */
  readonly object: string
  readonly fix?: string
  readonly edits: readonly Edit[]
}
