import { listeningPorts } from '../../fabric/listeners.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod, World } from '../../fabric/world.ts'
import type { Compiled } from '../../policy/engine/compiled.ts'
import type { Verdict } from '../../policy/engine/decide.ts'
import { type Edit, withEdits } from '../../policy/engine/edits.ts'
import { type Fix, fixesOf } from '../../policy/engine/fix.ts'
import { nameOf } from '../../policy/engine/path.ts'
import { predict } from '../../policy/engine/predict.ts'
import type { Query } from '../../policy/engine/query.ts'
import type { Actor } from '../../policy/engine/subjects.ts'
import type { PolicyPod } from '../../policy/engine/world.ts'
import { standInAddresses } from '../predict/engine-endpoint.ts'
import type { FixExplanation } from './model.ts'
import { patchOf } from './patch.ts'
import { pathLines, workloadOf } from './path-lines.ts'
import { addedBy, handedOutIn, type Placeholder, placeholdersOf, usedIn } from './placeholders.ts'

export interface FixContext {
  readonly world: World
  readonly compiled: Compiled
  readonly objects: readonly ManifestObject[]
}

/** The part of a path that policies decide. */
export interface Decided {
  /** Name servers that the path needs. */
  readonly servers: readonly DecidedQuery[]
  /** Name servers of sources that reach the target without a name. */
  readonly otherServers: readonly DecidedQuery[]
  readonly endpoints: readonly DecidedQuery[]
}

interface DecidedQuery {
  readonly query: Query
  readonly verdict: Verdict
}

export interface FixOptions {
  readonly wanted: Fix['verdict']
  /** What still prevents a verdict in a world after a fix. */
  readonly remains: (verdict: Fix['verdict'], world: World) => readonly string[]
  /** Lint findings in policies, given as `namespace/name`. */
  readonly lint: (policies: readonly string[]) => readonly string[]
}

/** At most three fixes that change a path's verdict, each as manifests and with all of its other effects. */
export function fixesFor(
  decided: Decided,
  fixContext: FixContext,
  { wanted, remains, lint }: FixOptions,
): FixExplanation[] {
  const { world, compiled, objects } = fixContext
  const queries = queriesOf(decided, world)
  const also = wanted === 'allow' ? namesToo(decided, compiled) : []
  const placeholders = placeholdersOf(queries)
  const options = {
    wanted,
    also,
    outside: standInAddresses[4],
    fold: workloadOf,
    called: nameIn,
    // Labels that a fix adds do not change the ports that a pod listens on.
    listening: (pod: PolicyPod) => listeningPorts(pod as Pod, world),
  }
  return shown(fixesOf(queries, compiled, options)).map(({ verdict, edits, opens, closes, unclear }) => {
    const unknown = usedIn(edits, placeholders)
    const used = [...unknown, ...handedOutIn(edits, world)]
    return {
      verdict,
      what: edits.map(({ what }) => used.reduce(withoutStandIn, what)),
      yaml: patchOf(edits, used, { objects, world }),
      replace: used.map(({ cidr, what }) => `replace ${cidr} by ${what}, which the input does not give`),
      remains: remains(
        verdict,
        withEdits(
          world,
          edits.map((edit) => withAnyAddress(edit, unknown)),
        ),
      ),
      opens: pathLines(opens),
      closes: pathLines(closes),
      unclear: pathLines(unclear),
      remarks: [...nodeRemarks(edits, queries, world), ...podRemarks(edits, world)],
      lint: lint(
        edits.flatMap((edit) => (edit.kind === 'change policy' ? [`${edit.after.namespace}/${edit.after.name}`] : [])),
      ),
    }
  })
}

/** The best three; a change of labels, if there is one, replaces the third. */
function shown(fixes: readonly Fix[]): readonly Fix[] {
  const [best, second, third] = fixes
  const label = fixes.find(({ edits }) => edits.some(({ kind }) => kind === 'label pods' || kind === 'label namespace'))
  return [...new Set([best, second, label ?? third])].flatMap((fix) => fix ?? [])
}

/** A pod by its workload; on the host's network, by the node whose address it has. */
function nameIn(actor: Actor): string {
  if (actor.kind === 'pod') return workloadOf(actor.pod)
  if (actor.kind === 'external' || actor.pod === undefined) return nameOf(actor)
  return `${workloadOf(actor.pod.pod)} on node ${actor.node.name}`
}

/** Everything that must be allowed for the path to work, including name servers over both protocols; for a path that works, its endpoints. */
function queriesOf({ servers, endpoints }: Decided, world: World): Query[] {
  const namesFail = servers.length > 0 && servers.every(({ verdict }) => verdict === 'deny')
  const asked = (all: readonly DecidedQuery[]) => all.map(({ query }) => query)
  const ofServers = namesFail ? asked(servers).flatMap(byBothProtocols) : []
  const all = [...ofServers, ...asked(endpoints)].flatMap((query) => fromEachNode(query, world))
  return [...new Map(all.map((query) => [JSON.stringify(query), query])).values()]
}

/**
 * DNS queries for a pod whose policies allow no egress. Its first egress rule would let it connect but not resolve names, so the fix allows DNS too,
 * even if the target is an address.
 */
function namesToo({ otherServers, endpoints }: Decided, compiled: Compiled): Query[] {
  const isFirst = endpoints.some(({ query }) => {
    const prediction = predict(query, compiled)
    if (prediction.kind === 'unanswerable' || prediction.egress.allowed) return false
    const policies = prediction.egress.tiers.flatMap(({ tier, policies: all }) => (tier === 'NetworkPolicy' ? all : []))
    return policies.length > 0 && policies.every(({ rules }) => rules.length === 0)
  })
  const blocked = otherServers.length > 0 && otherServers.every(({ verdict }) => verdict === 'deny')
  return isFirst && blocked ? otherServers.flatMap(({ query }) => byBothProtocols(query)) : []
}

/** A resolver queries over UDP, and over TCP if the response is long (RFC 7766). */
function byBothProtocols(query: Query): Query[] {
  return (['UDP', 'TCP'] as const).map((protocol) => ({ ...query, protocol }))
}

/** A source on the host's network has a different address on each node that runs it. */
function fromEachNode(query: Query, { pods }: World): Query[] {
  const { from } = query
  const own =
    from.kind === 'pod'
      ? pods.find(({ namespace, name }) => namespace === from.namespace && name === from.name)
      : undefined
  if (own?.hostNetwork !== true) return [query]
  const replicas = pods.filter((pod) => pod.hostNetwork && workloadOf(pod) === workloadOf(own))
  return replicas.map(({ namespace, name }) => ({ ...query, from: { kind: 'pod', namespace, name } }))
}

/** Treats placeholders as filled in. */
function withAnyAddress(edit: Edit, placeholders: readonly Placeholder[]): Edit {
  const any = placeholders.map(({ standIn }) => [standIn, standIn.includes(':') ? '::/0' : '0.0.0.0/0'] as const)
  const filled = <T>(value: T): T =>
    JSON.parse(
      any.reduce(
        (text, [standIn, cidr]) => text.replaceAll(JSON.stringify(standIn), JSON.stringify(cidr)),
        JSON.stringify(value),
      ),
    ) as T
  if (any.length === 0) return edit
  if (edit.kind === 'change policy') return { ...edit, after: filled(edit.after) }
  return edit.kind === 'add policy' ? { ...edit, policy: filled(edit.policy) } : edit
}

function withoutStandIn(text: string, { standIn, what }: Placeholder): string {
  const address = standIn.replace(/\/\d+$/, '').replaceAll('.', '\\.')
  return text.replaceAll(new RegExp(`${address}(?![\\d.])`, 'g'), what).replaceAll(`${what}, ${what}`, what)
}

/** A remark on rules that contain the address of a pod. */
function podRemarks(edits: readonly Edit[], { pods }: World): string[] {
  const added = addedBy(edits)
  const named = pods.filter((pod) => !pod.hostNetwork && pod.addresses.some(added)).map(workloadOf)
  if (named.length === 0) return []
  const names = [...new Set(named)].join(', ')
  return [`the rule names addresses of pods (${names}): a pod that is made again has another one`]
}

/** A remark on rules that contain the address of a node: what else the address covers. */
function nodeRemarks(edits: readonly Edit[], queries: readonly Query[], { nodes }: World): string[] {
  const isNew = addedBy(edits)
  const named = nodes.filter(({ addresses }) => addresses.some(isNew)).map(({ name }) => name)
  if (named.length === 0) return []
  const asNode = queries.some(({ from }) => from.kind === 'pod')
  return [
    `an address of a node stands for every process on its network: ${named.join(', ')}`,
    ...(asNode ? ['a node that is added later needs its address in the rule too'] : []),
  ]
}
