import type { Verdict } from '../../policy/engine/decide.ts'

/** The output of `explain`, also as JSON. */
export interface Explanation {
  readonly from: string
  readonly to: string
  /**
   * `partly`: some addresses are open and others blocked; `unresolved`: the name does not resolve for this source, and it is not certain that
   * policies block its addresses; `unreachable`: the target does not exist, regardless of policies.
   */
  readonly verdict: Verdict | 'partly' | 'unresolved' | 'unreachable'
  /** For a source whose pods differ on this path: the verdict from each place, such as `node n1`; otherwise empty. */
  readonly places: readonly { readonly place: string; readonly verdict: Explanation['verdict'] }[]
  /** On a live cluster: recent changes on this path. */
  readonly changes?: PathChanges | undefined
  /** What could not be read and may change the result. The verdict is unknown then. */
  readonly unread: readonly string[]
  /** What a denial depends on that is not in the input, or that differs by plugin. */
  readonly dependsOn: readonly string[]
  /** What the answer contains although the manifests do not: addresses, nodes, the cluster's DNS. */
  readonly assumed: readonly string[]
  /** What happens before policies apply: name, Service, endpoints. */
  readonly way: readonly string[]
  /** The DNS query for a name, before the connection. */
  readonly dns: readonly HopExplanation[]
  /** One entry for all endpoints that policies treat alike. */
  readonly hops: readonly HopExplanation[]
  /** Fixes: first corrections of rules that match nothing, then by the number of side effects. */
  readonly fixes: readonly FixExplanation[]
  /** The command that verifies it with packets. */
  readonly proof: string
}

export interface PathChanges {
  /** Times are in RFC 3339 format. */
  readonly since: string
  readonly until: string
  /** Latest first. */
  readonly changes: readonly {
    /** RFC 3339. */
    readonly at: string
    /** `NetworkPolicy backend/allow-ui`. */
    readonly object: string
    /** `created`, or the changed part: `spec`, `labels`, `pod template`, `endpoints`. */
    readonly what: string
    /** The field manager, such as `kubectl-edit`; empty if unknown. */
    readonly by: string
  }[]
  /** What could not be read. */
  readonly unread: readonly string[]
}

export interface HopExplanation {
  readonly to: readonly string[]
  readonly verdict: Verdict
  readonly sides: readonly SideExplanation[]
  /** What the verdict depends on, and what may override it. */
  readonly remarks: readonly string[]
  /** Policies of kinds that are not evaluated and may change the result, as `Kind namespace/name`. */
  readonly mayBeOverriddenBy: readonly string[]
}

export interface SideExplanation {
  readonly direction: 'egress' | 'ingress'
  readonly subject: string
  readonly allowed: boolean
  /** The deciding rule or policy, in one sentence. */
  readonly why: string
  /** The nearest miss and its failed condition. */
  readonly nearestMiss?: string
  /** Why each other evaluated rule does not match. */
  readonly others: readonly string[]
}

/** A change of policies or labels that was tried. */
export interface FixExplanation {
  /** The verdict of the whole path after the fix, if `remains` is empty. */
  readonly verdict: 'allow' | 'deny'
  readonly what: readonly string[]
  /** Manifests to apply. */
  readonly yaml: string
  /** Placeholders that the user must replace before applying. */
  readonly replace: readonly string[]
  /** What still prevents the verdict after the fix; empty if the fix is complete. */
  readonly remains: readonly string[]
  /** `frontend/ui -> backend/api:4000/TCP`, by workload, over all ports and all pods that could exist. */
  readonly opens: readonly string[]
  readonly closes: readonly string[]
  readonly unclear: readonly string[]
  /** Other consequences of the fix. */
  readonly remarks: readonly string[]
  /** Lint findings in the policies that the fix changes: `file:line:column: severity: message [rule]`. */
  readonly lint: readonly string[]
}
