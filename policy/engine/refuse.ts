import type { Direction, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from '../types.ts'
import type { PodActor } from './actors.ts'
import { type Candidate, freeName, withRules } from './admit.ts'
import type { Compiled } from './compile.ts'
import type { Edit } from './edits.ts'
import { governing } from './governing.ts'
import { selectorOf, wordOf } from './meant.ts'
import { nameOf, type Path } from './path.ts'
import type { RuleTrace, Side } from './prediction.ts'
import { peersWithout } from './without-peer.ts'
import { portsWithout } from './without-port.ts'

/** The way in which a side that admits the path would deny it and little else; none where no NetworkPolicy can. */
export function wayToRefuse(side: Side, path: Path, compiled: Compiled): Candidate[] {
  const end = side.direction === 'egress' ? path.from : path.to
  if (end.actor.kind !== 'pod') return []
  const spot: Spot = { direction: side.direction, path, actor: end.actor, compiled }
  if (side.by === 'default' && !side.isolated) return [isolating(spot)]
  if (side.by !== 'NetworkPolicy') return []
  const traces = side.tiers.flatMap(({ tier, policies }) => (tier === 'NetworkPolicy' ? policies : []))
  const edits = governing(end.actor, compiled).policies.flatMap(({ source }): Edit[] => {
    if (source.kind !== 'NetworkPolicy') return []
    const { policy } = source
    const name = `${policy.namespace}/${policy.name}`
    const matched = (traces.find((each) => each.policy.name === name)?.rules ?? []).filter((rule) => rule.matched)
    if (matched.length === 0) return []
    const after = withRules(policy, side.direction, narrowed(policy, matched, spot))
    const what = `narrow ${matched.map((rule) => `${name} ${rule.path}`).join(' and ')}: all but ${refused(path)}`
    return [{ kind: 'change policy', before: policy, after, what }]
  })
  return edits.length === 0 ? [] : [{ edits, size: edits.length }]
}

interface Spot {
  readonly direction: Direction
  readonly path: Path
  readonly actor: PodActor
  readonly compiled: Compiled
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
  /** The port items that admit the port. */
  readonly ports: readonly PolicyPort[]
  /** Whether a peer means the other end. */
  readonly meant: (peer: PolicyPeer) => boolean
}

/** The rule as two: its other ports for all its peers, and this port for its other peers. */
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

/** A pod that nothing isolates gets a policy that admits all but this path. */
function isolating({ direction, path, actor, compiled }: Spot): Candidate {
  const namespace = actor.space.name
  const [from, to] = [wordOf(path.from.actor), wordOf(path.to.actor)]
  const name = freeName(`deny-${from}-to-${to}${direction === 'egress' ? '-egress' : ''}`, namespace, compiled)
  const everything: PolicyRule = { peers: [], ports: [] }
  const rules = withoutPath(
    everything,
    { ports: [], meant: () => true },
    { direction, path, actor, compiled, namespace },
  )
  const policy: NetworkPolicy = {
    ...{ namespace, name, podSelector: selectorOf(actor), policyTypes: [direction], ingress: [], egress: [] },
    [direction]: rules,
  }
  const what = `add NetworkPolicy ${namespace}/${name}: all but ${refused(path)}`
  return { edits: [{ kind: 'add policy', policy, what }], size: 3 }
}

function refused({ from, to, port, protocol }: Path): string {
  return `${nameOf(from.actor)} to ${nameOf(to.actor)} on port ${port}/${protocol}`
}
