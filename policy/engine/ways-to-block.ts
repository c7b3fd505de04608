import { matchesSelector } from '../selector.ts'
import type { Direction, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../types.ts'
import { type Candidate, freeName, withRules } from './candidate.ts'
import type { Compiled } from './compiled.ts'
import type { Edit } from './edits.ts'
import { governing } from './governing.ts'
import { selectorOf, wordOf } from './minimal-selector.ts'
import type { Path } from './path.ts'
import type { RuleTrace, Side } from './prediction.ts'
import { reselections } from './reselect.ts'
import type { PodActor } from './subjects.ts'
import type { FixContext } from './ways-to-allow.ts'
import { peersWithout } from './without-peer.ts'
import { portsWithout } from './without-port.ts'

/** Returns changes with which a side that allows the path blocks it and little else. None if no NetworkPolicy can block it. */
export function waysToBlock(
  side: Side,
  path: Path,
  { compiled, called }: Pick<FixContext, 'compiled' | 'called'>,
): Candidate[] {
  const end = side.direction === 'egress' ? path.from : path.to
  if (end.actor.kind !== 'pod') return []
  const spot: Spot = { direction: side.direction, path, actor: end.actor, compiled, called }
  const idle = reselections(end.actor, side.direction, called)
  if (side.by === 'default' && !side.isolated) return [...idle, isolating(spot)]
  if (side.by !== 'NetworkPolicy') return idle
  const traces = side.tiers.flatMap(({ tier, policies }) => (tier === 'NetworkPolicy' ? policies : []))
  const allowing = governing(end.actor, compiled).policies.flatMap(({ source }): Allowing[] => {
    if (source.kind !== 'NetworkPolicy') return []
    const name = `${source.policy.namespace}/${source.policy.name}`
    const rules = (traces.find((each) => each.policy.name === name)?.rules ?? []).filter(({ matched }) => matched)
    return rules.length === 0 ? [] : [{ policy: source.policy, rules }]
  })
  if (allowing.length === 0) return idle
  const narrow = allowing.map((each) => narrowing(each, spot))
  const joined = allowing.flatMap((each, at) =>
    joinings(each, spot).map((join): Candidate => {
      const edits = narrow.with(at, join.edit)
      return { edits, size: edits.length, corrects: join.corrects && edits.length === 1 }
    }),
  )
  return [...idle, ...joined, { edits: narrow, size: narrow.length, corrects: false }]
}

/** A policy with its rules that allow the path. */
interface Allowing {
  readonly policy: NetworkPolicy
  readonly rules: readonly RuleTrace[]
}

function narrowing({ policy, rules }: Allowing, spot: Spot): Edit {
  const { direction } = spot
  const names = rules.map(({ path: rule }) => `${policy.namespace}/${policy.name} ${rule}`)
  const after = withRules(policy, direction, narrowed(policy, rules, spot))
  const what = `narrow ${names.join(' and ')}: all but ${blocked(spot)}`
  return { kind: 'change policy', before: policy, after, what }
}

/** Two peer items of a rule that were probably meant as one: an extra dash turns "both" into "either". */
function joinings({ policy, rules }: Allowing, spot: Spot): { readonly edit: Edit; readonly corrects: boolean }[] {
  const { direction, compiled } = spot
  const own = compiled.spaces.get(policy.namespace)?.pods ?? []
  const [only, ...others] = rules
  if (only === undefined || others.length > 0) return []
  const rule = policy[direction][only.index]
  const peers = rule?.peers ?? []
  const spaces = [...peers.keys()].filter((at) => isOnly(peers[at], 'namespaceSelector'))
  const pods = [...peers.keys()].filter((at) => isOnly(peers[at], 'podSelector'))
  return spaces.flatMap((space) =>
    pods.flatMap((pod) => {
      const { namespaceSelector } = peers[space] ?? {}
      const { podSelector = {} } = peers[pod] ?? {}
      const joint: PolicyPeer = { ...(namespaceSelector && { namespaceSelector }), podSelector }
      const rest = peers.flatMap((each, at) => (at === space ? [joint] : at === pod ? [] : [each]))
      const after = withRules(
        policy,
        direction,
        policy[direction].with(only.index, { ports: [], ...rule, peers: rest }),
      )
      const key = direction === 'ingress' ? 'from' : 'to'
      const name = `${policy.namespace}/${policy.name} ${only.path}`
      const what = `join ${key}[${space}] and ${key}[${pod}] of ${name} into one item, so that both selectors must match`
      const edit: Edit = { kind: 'change policy', before: policy, after, what }
      return [{ edit, corrects: !own.some(({ labels }) => matchesSelector(podSelector, labels.labels)) }]
    }),
  )
}

function isOnly(peer: PolicyPeer | undefined, key: 'namespaceSelector' | 'podSelector'): boolean {
  return peer?.[key] !== undefined && Object.values(peer).filter((value) => value !== undefined).length === 1
}

interface Spot {
  readonly direction: Direction
  readonly path: Path
  readonly actor: PodActor
  readonly compiled: Compiled
  readonly called: FixContext['called']
}

function narrowed(policy: NetworkPolicy, matched: readonly RuleTrace[], spot: Spot): PolicyRule[] {
  const narrow = new Set(matched.map(({ index }) => index))
  return policy[spot.direction].flatMap((rule, index) => {
    if (!narrow.has(index)) return [rule]
    const trace = matched.find((each) => each.index === index)
    const ports = rule.ports.filter((_, at) => trace?.ports[at]?.matched)
    const peers = new Set((trace?.peers ?? []).flatMap(({ matched: fits }, at) => (fits ? [rule.peers[at]] : [])))
    return withoutPath(rule, { ports, meant: (peer) => peers.has(peer) }, { ...spot, namespace: policy.namespace })
  })
}

interface Matching {
  /** The port items that allow the port. */
  readonly ports: readonly PolicyPort[]
  /** Whether a peer matches the other end. */
  readonly meant: (peer: PolicyPeer) => boolean
}

/** Splits the rule in two: its other ports for all its peers, and this port for its other peers. */
function withoutPath(rule: PolicyRule, { ports, meant }: Matching, spot: Spot & { namespace: string }): PolicyRule[] {
  const { path, direction, compiled, namespace } = spot
  const remote = direction === 'egress' ? path.to : path.from
  const otherPorts = portsWithout(rule.ports, ports, path)
  const otherPeers = peersWithout(rule.peers, meant, { remote, namespace, compiled })
  const same = ports.filter(({ port }) => typeof port === 'string')
  const thisPort: PolicyPort[] = same.length > 0 ? same : [{ protocol: path.protocol, port: path.port }]
  return [
    ...(otherPorts.length === 0 ? [] : [{ peers: rule.peers, ports: otherPorts }]),
    ...(otherPeers.length === 0 ? [] : [{ peers: otherPeers, ports: thisPort }]),
  ]
}

/** For a pod that nothing isolates: adds a policy that allows everything except this path. */
function isolating(spot: Spot): Candidate {
  const { direction, path, actor, compiled } = spot
  const namespace = actor.space.name
  const [from, to] = [wordOf(path.from.actor), wordOf(path.to.actor)]
  const name = freeName(`deny-${from}-to-${to}${direction === 'egress' ? '-egress' : ''}`, namespace, compiled)
  const everything: PolicyRule = { peers: [], ports: [] }
  const rules = withoutPath(everything, { ports: [], meant: () => true }, { ...spot, namespace })
  const policy: NetworkPolicy = {
    namespace,
    name,
    podSelector: selectorOf(actor),
    policyTypes: [direction],
    ingress: [],
    egress: [],
    [direction]: rules,
  }
  const what = `add NetworkPolicy ${namespace}/${name}: all but ${blocked(spot)}`
  return { edits: [{ kind: 'add policy', policy, what }], size: 3, corrects: false }
}

function blocked({ path: { from, to, port, protocol }, called }: Spot): string {
  return `${called(from.actor)} to ${called(to.actor)} on port ${port}/${protocol}`
}
