import type { Verdict } from '../../policy/engine/decide.ts'

/** Everything that `explain` says; its JSON is this. */
export interface Explanation {
  readonly from: string
  readonly to: string
  /**
   * `partly`: some addresses are open and others blocked; `unresolved`: the name does not resolve for this source, and no policy blocks its addresses for certain;
   * `unreachable`: nothing is there to be reached, whatever policies say.
   */
  readonly verdict: Verdict | 'partly' | 'unresolved' | 'unreachable'
  /** Of a source whose pods differ on the way: the verdict from each place, as `node n1`; else empty. */
  readonly places: readonly { readonly place: string; readonly verdict: Explanation['verdict'] }[]
  /** Of a live cluster: what was written on this path of late. */
  readonly changes?: PathChanges | undefined
  /** What could not be read and may decide: nothing is promised then. */
  readonly unread: readonly string[]
  /** What a denial depends on that the input does not say, or that differs by plugin. */
  readonly dependsOn: readonly string[]
  /** What the manifests do not have and the answer shows all the same: addresses, nodes, the cluster's DNS. */
  readonly assumed: readonly string[]
  /** What happens before any policy is asked: name, Service, endpoints. */
  readonly way: readonly string[]
  /** The question to DNS that comes first, for a name. */
  readonly dns: readonly HopExplanation[]
  /** One for all endpoints of which policies say the same. */
  readonly hops: readonly HopExplanation[]
  /** What would flip it: corrections of what matches nothing, then the one with the fewest side effects first. */
  readonly fixes: readonly FixExplanation[]
  /** The command that proves it with packets. */
  readonly proof: string
}

export interface PathChanges {
  /** RFC 3339, both. */
  readonly since: string
  readonly until: string
  /** The last one first. */
  readonly changes: readonly {
    /** RFC 3339. */
    readonly at: string
    /** `NetworkPolicy backend/allow-ui`. */
    readonly object: string
    /** `created`, or the part that was written: `spec`, `labels`, `pod template`, `endpoints`. */
    readonly what: string
    /** The field manager: `kubectl-edit`; empty where none is named. */
    readonly by: string
  }[]
  /** What could not be looked at. */
  readonly unread: readonly string[]
}

export interface HopExplanation {
  readonly to: readonly string[]
  readonly verdict: Verdict
  readonly sides: readonly SideExplanation[]
  /** What the verdict rests on, and what might overrule it. */
  readonly remarks: readonly string[]
  /** Policies of kinds that are not evaluated and may decide otherwise, as `Kind namespace/name`. */
  readonly mayBeOverriddenBy: readonly string[]
}

export interface SideExplanation {
  readonly direction: 'egress' | 'ingress'
  readonly subject: string
  readonly allowed: boolean
  /** Who decides, in a sentence. */
  readonly why: string
  /** The rule that misses least, and by what. */
  readonly nearestMiss?: string
  /** Why each other rule that was asked does not admit it. */
  readonly others: readonly string[]
}

/** A change of policies or labels that was tried. */
export interface FixExplanation {
  /** What the whole path's verdict becomes, where nothing remains. */
  readonly verdict: 'allow' | 'deny'
  readonly what: readonly string[]
  /** Manifests to apply. */
  readonly yaml: string
  /** What has to be written in place of a placeholder before it is applied. */
  readonly replace: readonly string[]
  /** What stands in the way with it applied; empty iff it is complete. */
  readonly remains: readonly string[]
  /** `frontend/ui -> backend/api:4000/TCP`, by workload, over all ports and pods that could exist. */
  readonly opens: readonly string[]
  readonly closes: readonly string[]
  readonly unclear: readonly string[]
  /** What else follows from it. */
  readonly remarks: readonly string[]
  /** What `crosscheck lint` finds in the policies that it changes: `file:line:column: severity: message [rule]`. */
  readonly lint: readonly string[]
}
