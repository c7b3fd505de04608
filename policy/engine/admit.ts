import type { Direction, NetworkPolicy, PolicyRule } from '../types.ts'
import type { End, PodActor } from './actors.ts'
import type { Compiled } from './compile.ts'
import type { Edit } from './edits.ts'
import { governing } from './governing.ts'
import { labelEdits } from './label-edits.ts'
import { peerOf, portItem, selectorOf, wordOf } from './meant.ts'
import { nameOf, type Path } from './path.ts'
import type { RuleTrace, Side } from './prediction.ts'

/** One way to change one side's answer: what it takes, in edits, and how much of it a person has to look at. */
export interface Candidate {
  readonly edits: readonly Edit[]
  readonly size: number
}

/** Ways in which a side that denies would admit the path, the smallest first; none where no NetworkPolicy can, because another tier denies. */
export function waysToAdmit(side: Side, path: Path, compiled: Compiled): Candidate[] {
  const [end, remote] = side.direction === 'egress' ? [path.from, path.to] : [path.to, path.from]
  if (side.by !== 'NetworkPolicy' || end.actor.kind !== 'pod') return []
  const spot: Spot = { direction: side.direction, path, remote, actor: end.actor, compiled }
  const traces = side.tiers.flatMap(({ tier, policies }) => (tier === 'NetworkPolicy' ? policies : []))
  const selecting = governing(end.actor, compiled).policies.flatMap(({ source }) =>
    source.kind === 'NetworkPolicy' ? [source.policy] : [],
  )
  const found = traces.flatMap(({ policy: { name }, rules }) => {
    const policy = selecting.find((each) => `${each.namespace}/${each.name}` === name)
    return policy === undefined ? [] : rules.flatMap((trace) => waysOfRule(policy, trace, spot))
  })
  const near = found.toSorted((a, b) => a.size - b.size).slice(0, 8)
  const [host] = selecting.filter((policy) => policy[side.direction].length > 0)
  return [...near, ...(host === undefined ? [] : [withRule(host, spot)]), newPolicy(spot)]
}

interface Spot {
  readonly direction: Direction
  readonly path: Path
  readonly remote: End
  readonly actor: PodActor
  readonly compiled: Compiled
}

/** A rule that misses by its ports alone gets the port, one that misses by its peers alone the peer, or the peer the labels. */
function waysOfRule(policy: NetworkPolicy, trace: RuleTrace, spot: Spot): Candidate[] {
  const { direction, path, remote } = spot
  const rule = policy[direction][trace.index]
  if (rule === undefined || trace.matched) return []
  const portFits = trace.ports.length === 0 || trace.ports.some(({ matched }) => matched)
  const peerFits = trace.peers.length === 0 || trace.peers.some(({ matched }) => matched)
  const named = `${policy.namespace}/${policy.name} ${trace.path}`
  const item = portItem(path.port, path.protocol)
  if (peerFits && !portFits) {
    const after = withRules(
      policy,
      direction,
      policy[direction].with(trace.index, { ...rule, ports: [...rule.ports, item] }),
    )
    const what = `add port ${path.port}/${path.protocol} to ${named}`
    return [{ edits: [{ kind: 'change policy', before: policy, after, what }], size: 1 }]
  }
  if (!portFits || peerFits) return []
  const peer = peerOf(remote, policy.namespace)
  const after = withRules(
    policy,
    direction,
    policy[direction].with(trace.index, { ...rule, peers: [...rule.peers, peer] }),
  )
  const what = `add ${nameOf(remote.actor)} to the peers of ${named}`
  return [
    { edits: [{ kind: 'change policy', before: policy, after, what }], size: 1 },
    ...rule.peers.flatMap((each, at) => {
      const edits = labelEdits(each, trace.peers[at]?.failed ?? [], { remote: remote.actor, named })
      return edits.length === 0 ? [] : [{ edits, size: 1 + edits.length }]
    }),
  ]
}

function withRule(policy: NetworkPolicy, { direction, path, remote }: Spot): Candidate {
  const rule = ruleFor(path, peerOf(remote, policy.namespace))
  const after = withRules(policy, direction, [...policy[direction], rule])
  const what = `add a rule to ${policy.namespace}/${policy.name} ${direction}: ${admitted(path, remote)}`
  return { edits: [{ kind: 'change policy', before: policy, after, what }], size: 2 }
}

function newPolicy({ direction, path, remote, actor, compiled }: Spot): Candidate {
  const namespace = actor.space.name
  const [from, to] = [wordOf(path.from.actor), wordOf(path.to.actor)]
  const name = freeName(`allow-${from}-to-${to}${direction === 'egress' ? '-egress' : ''}`, namespace, compiled)
  const rule = ruleFor(path, peerOf(remote, namespace))
  const policy: NetworkPolicy = {
    ...{ namespace, name, podSelector: selectorOf(actor), policyTypes: [direction], ingress: [], egress: [] },
    [direction]: [rule],
  }
  const what = `add NetworkPolicy ${namespace}/${name}: ${admitted(path, remote)}`
  return { edits: [{ kind: 'add policy', policy, what }], size: 3 }
}

function ruleFor({ port, protocol }: Path, peer: PolicyRule['peers'][number]): PolicyRule {
  return { peers: [peer], ports: [portItem(port, protocol)] }
}

function admitted({ port, protocol, to }: Path, { actor }: End): string {
  const way = actor === to.actor ? 'to' : 'from'
  return `port ${port}/${protocol} ${way} ${nameOf(actor)}`
}

/** The same policy with other rules of a direction. */
export function withRules(policy: NetworkPolicy, direction: Direction, rules: readonly PolicyRule[]): NetworkPolicy {
  return { ...policy, [direction]: rules }
}

/** A policy name that is not taken, of at most 63 characters that a DNS label may have. */
export function freeName(wanted: string, namespace: string, { world }: Pick<Compiled, 'world'>): string {
  const clean = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 55)
  const base = clean.replace(/-+$/, '')
  const taken = new Set(world.policies.flatMap((policy) => (policy.namespace === namespace ? [policy.name] : [])))
  let name = base
  for (let count = 2; taken.has(name); count++) name = `${base}-${count}`
  return name
}
