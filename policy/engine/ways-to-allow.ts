import { matchesSelector } from '../selector.ts'
import type { NetworkPolicy, PolicyPeer, PolicyRule } from '../types.ts'
import { type Candidate, changePolicy, freeName, withRule, withRules } from './candidate.ts'
import type { Compiled } from './compiled.ts'
import { type About, correctedPeer, type Listening, wrongPorts } from './corrections.ts'
import { governing } from './governing.ts'
import { labelEdits } from './label-edits.ts'
import { peerOf, portItem, selectorOf, wordOf } from './minimal-selector.ts'
import { type Need, type Obstacle, remoteKey } from './obstacle.ts'
import type { RuleTrace } from './prediction.ts'
import type { Socket } from './query.ts'
import { reselections } from './reselect.ts'
import type { Actor, End } from './subjects.ts'

export interface FixContext {
  readonly compiled: Compiled
  readonly listening: Listening
  /** Formats an end for sentences. */
  readonly called: (actor: Actor) => string
}

/** Returns changes with which the policies of an obstacle allow everything that it blocks. Changes of the nearest miss come first. */
export function waysToAllow(obstacle: Obstacle, fixContext: FixContext): Candidate[] {
  const { end, direction } = obstacle
  const selecting = governing(end, fixContext.compiled).policies.flatMap(({ source }) =>
    source.kind === 'NetworkPolicy' ? [source.policy] : [],
  )
  const nearest = nearestOf(obstacle)
  const inOrder = selecting.toSorted((a, b) => Number(nameIn(b) === nearest) - Number(nameIn(a) === nearest))
  const byRule = inOrder.flatMap((policy) =>
    policy[direction].flatMap((_, index) => waysOfRule(policy, index, { obstacle, fixContext })),
  )
  const hosts = inOrder.filter((policy) => policy[direction].length > 0 || !matchesSelector(policy.podSelector, {}))
  return [
    ...reselections(end, direction, fixContext.called),
    ...byRule.toSorted((a, b) => a.size - b.size).slice(0, 8),
    ...hosts.slice(0, 3).map((policy) => ruleMore(policy, obstacle, fixContext)),
    newPolicy(obstacle, fixContext),
  ]
}

function nameIn({ namespace, name }: NetworkPolicy): string {
  return `${namespace}/${name}`
}

function nearestOf({ needs: [first] }: Obstacle): string | undefined {
  return first?.side.nearestMiss?.policy.name
}

interface Spot {
  readonly obstacle: Obstacle
  readonly fixContext: FixContext
}

/** What one rule lacks to remove an obstacle. */
interface Miss {
  readonly rule: PolicyRule
  readonly named: string
  /** The trace of the first connection that it does not allow. */
  readonly trace: RuleTrace
  readonly sockets: readonly Socket[]
  readonly remotes: readonly End[]
}

function missOf(policy: NetworkPolicy, index: number, { needs, direction, ...obstacle }: Obstacle): Miss | undefined {
  const traces = needs.flatMap((need) => {
    const trace = traceOf(need, nameIn(policy), index)
    return trace === undefined || trace.matched ? [] : [{ need, trace }]
  })
  const [first] = traces
  const rule = policy[direction][index]
  if (first === undefined || rule === undefined) return undefined
  const fits = (items: RuleTrace['ports']) => items.length === 0 || items.some(({ matched }) => matched)
  const missing = (part: 'ports' | 'peers', isAbout: (need: Need) => boolean) =>
    traces.some(({ need, trace }) => isAbout(need) && !fits(trace[part]))
  return {
    rule,
    trace: first.trace,
    named: `${nameIn(policy)} ${first.trace.path}`,
    sockets: obstacle.sockets.filter(({ port, protocol }) =>
      missing('ports', ({ path }) => path.port === port && path.protocol === protocol),
    ),
    remotes: obstacle.remotes.filter((remote) =>
      missing('peers', (need) => remoteKey(need.remote) === remoteKey(remote)),
    ),
  }
}

function traceOf({ side }: Need, name: string, index: number): RuleTrace | undefined {
  const policies = side.tiers.flatMap((tier) => (tier.tier === 'NetworkPolicy' ? tier.policies : []))
  return policies.find(({ policy }) => policy.name === name)?.rules[index]
}

/** Adds the missing port or peer to a rule: replaces an item that matches nothing, or adds a new item. */
function waysOfRule(policy: NetworkPolicy, index: number, { obstacle, fixContext }: Spot): Candidate[] {
  const { direction } = obstacle
  const miss = missOf(policy, index, obstacle)
  if (miss === undefined) return []
  const { rule, named, sockets, remotes } = miss
  const about = { direction, policy, ...fixContext }
  const [ports, peers] = [correctPorts(miss, about), correctPeers(miss, about)]
  const change = (after: PolicyRule, what: string, more: Pick<Candidate, 'size' | 'corrects'>): Candidate =>
    changePolicy(policy, withRules(policy, direction, policy[direction].with(index, after)), what, more)
  const corrected = { ...rule, ...ports?.part, ...peers?.part }
  const isCorrect = (sockets.length === 0 || ports !== undefined) && (remotes.length === 0 || peers !== undefined)
  const whats = [...(ports === undefined ? [] : [ports.what]), ...(peers === undefined ? [] : [peers.what])]
  const correction =
    isCorrect && whats.length > 0
      ? [change(corrected, `in ${named} ${whats.join(' and ')}`, { size: 1, corrects: true })]
      : []
  if (remotes.length === 0 && sockets.length > 0) {
    const after = { ...rule, ports: [...rule.ports, ...sockets.map(portItem)] }
    return [
      ...correction,
      change(after, `add ${portsText(sockets)} to ${named}`, { size: sizeIn(rule.peers), corrects: false }),
    ]
  }
  if (sockets.length > 0 || remotes.length === 0) return correction
  const known = new Set(rule.peers.map((peer) => JSON.stringify(peer)))
  const more = peersFor({ remotes, exempt: obstacle.exempt }, policy.namespace)
  const after = { ...rule, peers: [...rule.peers, ...more.filter((peer) => !known.has(JSON.stringify(peer)))] }
  const what = `add ${namesOf([...remotes, ...obstacle.exempt], fixContext.called)} to the peers of ${named}`
  return [
    ...correction,
    change(after, what, { size: sizeIn(rule.ports), corrects: false }),
    ...labelled(miss, fixContext),
  ]
}

/**
 * Adding an item to a rule with no other restriction allows more than a separate policy does, even if the other side hides the effect now.
 */
function sizeIn(restricting: readonly unknown[]): number {
  return restricting.length === 0 ? 4 : 1
}

function correctPorts({ rule, sockets }: Miss, about: About) {
  const wrong = sockets.length === 0 ? [] : wrongPorts(rule, sockets, about)
  const [first] = wrong
  if (first === undefined) return undefined
  const items = rule.ports.flatMap((item, at) => wrong.find((each) => each.at === at)?.sockets.map(portItem) ?? [item])
  const known = new Map(items.map((item) => [JSON.stringify(item), item]))
  const written = wrong.flatMap((each) => each.sockets)
  const what = `write ${portsText(written)} in place of port ${rule.ports[first.at]?.port}, which no pod there has`
  return { part: { ports: [...known.values()] }, what }
}

function correctPeers({ rule, remotes }: Miss, { compiled, policy, called }: About & FixContext) {
  const [remote, ...others] = remotes
  if (remote === undefined || others.length > 0) return undefined
  for (const [at, peer] of rule.peers.entries()) {
    const corrected = correctedPeer(peer, remote, { compiled, namespace: policy.namespace })
    if (corrected !== undefined)
      return {
        part: { peers: rule.peers.with(at, corrected) },
        what: `correct peer ${at}, which matches nothing, so that it matches ${called(remote.actor)}`,
      }
  }
  return undefined
}

/** Changes labels instead of the policy. */
function labelled({ rule, trace, named, remotes }: Miss, { called }: FixContext): Candidate[] {
  const [remote, ...others] = remotes
  if (remote === undefined || others.length > 0) return []
  return rule.peers.flatMap((each, at) => {
    const edits = labelEdits(each, trace.peers[at]?.failed ?? [], {
      remote: remote.actor,
      called: called(remote.actor),
      named,
    })
    return edits.length === 0 ? [] : [{ edits, size: 1 + edits.length, corrects: false }]
  })
}

function ruleMore(policy: NetworkPolicy, obstacle: Obstacle, fixContext: FixContext): Candidate {
  const { direction } = obstacle
  const what = `add a rule to ${nameIn(policy)} ${direction}: ${allowed(obstacle, fixContext)}`
  const after = withRule(policy, direction, ruleFor(obstacle, policy.namespace))
  return changePolicy(policy, after, what, { size: 2, corrects: false })
}

function newPolicy(obstacle: Obstacle, fixContext: FixContext): Candidate {
  const { direction, end, needs } = obstacle
  const namespace = end.space.name
  const [{ path }] = needs as [Need]
  const [from, to] = [wordOf(path.from.actor), wordOf(path.to.actor)]
  const name = freeName(
    `allow-${from}-to-${to}${direction === 'egress' ? '-egress' : ''}`,
    namespace,
    fixContext.compiled,
  )
  const empty: NetworkPolicy = {
    namespace,
    name,
    podSelector: selectorOf(end),
    policyTypes: [direction],
    ingress: [],
    egress: [],
  }
  const policy = withRule(empty, direction, ruleFor(obstacle, namespace))
  const what = `add NetworkPolicy ${namespace}/${name}: ${allowed(obstacle, fixContext)}`
  return { edits: [{ kind: 'add policy', policy, what }], size: 3, corrects: false }
}

function ruleFor({ sockets, remotes, exempt }: Obstacle, namespace: string): PolicyRule {
  return { peers: peersFor({ remotes, exempt }, namespace), ports: sockets.map(portItem) }
}

function peersFor({ remotes, exempt }: Pick<Obstacle, 'remotes' | 'exempt'>, namespace: string): PolicyPeer[] {
  const peers = [...remotes, ...exempt].map((remote) => peerOf(remote, namespace))
  return [...new Map(peers.map((peer) => [JSON.stringify(peer), peer])).values()]
}

function allowed({ direction, sockets, remotes, exempt }: Obstacle, { called }: FixContext): string {
  return `${portsText(sockets)} ${direction === 'egress' ? 'to' : 'from'} ${namesOf([...remotes, ...exempt], called)}`
}

function namesOf(ends: readonly End[], called: FixContext['called']): string {
  return [...new Set(ends.map(({ actor }) => called(actor)))].join(', ')
}

function portsText(sockets: readonly Socket[]): string {
  const texts = sockets.map(({ port, protocol }) => `${port}/${protocol}`)
  return `port ${[...new Set(texts)].join(' and ')}`
}
