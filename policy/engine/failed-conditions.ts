import { failedPodLabels, failedSpaceLabels } from './failed-labels.ts'
import type { Traffic } from './match.ts'
import { nameOf } from './path.ts'
import type { FailedCondition } from './prediction.ts'
import { ruleLinks } from './rule-links.ts'
import type { CompiledPeer, CompiledPort } from './rules.ts'
import type { Actor, End } from './subjects.ts'

/** Lists each condition that a peer failed for the other end. Returns at least one. */
export function failedOfPeer(peer: CompiledPeer, { actor, at }: End): FailedCondition[] {
  const called = nameOf(actor)
  switch (peer.kind) {
    case 'pods':
      return actor.kind === 'pod'
        ? failedOfPods(peer, actor)
        : [{ on: 'kind', sentence: `means pods; ${noPod(actor)}` }]
    case 'networks': {
      const hole = peer.except.findIndex((except) => at.networks.has(except))
      const reason = !at.networks.has(peer.network)
        ? `address expected in ${peer.text}, got ${addressText({ actor, at })}`
        : hole >= 0
          ? `${at.text} is in ${peer.exceptTexts[hole]}, which is excepted from ${peer.text}`
          : `ipBlock ${peer.text} does not match pods here (${ruleLinks(31)}), and ${called} is one`
      return [{ on: 'address', sentence: reason }]
    }
    case 'nodes':
      return [
        {
          on: 'kind',
          sentence: `means nodes by their labels; ${called} is ${actor.kind === 'host' ? 'another' : 'none'}`,
        },
      ]
    case 'domainNames':
      return [{ on: 'kind', sentence: `means ${peer.names.join(', ')}; ${called} is not known by such a name` }]
    default:
      return peer satisfies never
  }
}

/** The text for an address. A placeholder for an unknown address is not shown. */
function addressText({ actor, at }: End): string {
  return actor.kind === 'external' && actor.hostname !== undefined
    ? `that of ${actor.hostname}, which is not known`
    : at.text
}

function failedOfPods(
  peer: Extract<CompiledPeer, { kind: 'pods' }>,
  actor: Extract<Actor, { kind: 'pod' }>,
): FailedCondition[] {
  const elsewhere: FailedCondition = {
    on: 'namespace',
    sentence: `namespace \`${peer.namespace}\` expected (a podSelector alone means the policy's own), got \`${actor.space.name}\``,
  }
  return [
    ...(peer.namespace === undefined || peer.namespace === actor.space.name ? [] : [elsewhere]),
    ...(peer.namespaces === undefined ? [] : failedSpaceLabels(peer.namespaces.selector, actor.space)),
    ...(peer.pods === undefined ? [] : failedPodLabels(peer.pods.selector, actor)),
  ]
}

/** A link-local address, which each node assigns independently: RFC 3927, RFC 4291. */
const linkLocal = /^(169\.254\.|fe[89ab])/i

function noPod(actor: Exclude<Actor, { kind: 'pod' }>): string {
  if (actor.kind === 'external')
    return `${nameOf(actor)} is ${linkLocal.test(actor.address.text) ? 'no pod' : 'outside the cluster'}`
  if (actor.pod === undefined) return `${nameOf(actor)} is no pod`
  return `${nameOf(actor)} is on the host's network and counts as node ${actor.node.name} (${ruleLinks(50)})`
}

/** Lists each condition that a port item failed. Returns at least one. */
export function failedOfPort(item: CompiledPort, traffic: Traffic): FailedCondition[] {
  const { protocol, port } = traffic
  const wrongProtocol: FailedCondition[] =
    item.protocol === undefined || item.protocol === protocol
      ? []
      : [{ on: 'protocol', sentence: `admits ${item.protocol}, asked ${protocol}` }]
  if (item.name !== undefined) return [...wrongProtocol, ...failedName(item.name, item, traffic)]
  if (port >= item.first && port <= item.last) {
    const onlyFirst: FailedCondition = {
      on: 'port',
      sentence: `admits port ${item.first} alone where endPort is not enforced (${ruleLinks(40)}), asked ${port}`,
    }
    return wrongProtocol.length > 0 ? wrongProtocol : [onlyFirst]
  }
  const admitted = item.first === item.last ? `port ${item.first}` : `ports ${item.first} to ${item.last}`
  return [...wrongProtocol, { on: 'port', sentence: `admits ${admitted}, asked ${port}` }]
}

/** Explains rules 41 to 43. */
function failedName(name: string, item: CompiledPort, { target, port, protocol }: Traffic): FailedCondition[] {
  const called = nameOf(target)
  if (target.kind !== 'pod')
    return [{ on: 'port', sentence: `admits the port named \`${name}\`, and ${called} has no named ports` }]
  const declared = target.pod.ports.filter((each) => each.name === name)
  const fitting = declared.filter((each) => each.protocol === (item.protocol ?? protocol))
  if (fitting.some((each) => each.port === port)) {
    const unsure = `admits the port named \`${name}\`, which plugins resolve differently on ${called} (${ruleLinks(44, 45)})`
    return item.protocol === undefined || item.protocol === protocol ? [{ on: 'port', sentence: unsure }] : []
  }
  const first = fitting[0]
  if (first !== undefined)
    return [{ on: 'port', sentence: `admits port \`${name}\`, which is ${first.port} on ${called}, asked ${port}` }]
  const other = declared[0]
  const reason = other === undefined ? 'does not declare' : `declares as ${other.protocol} ${other.port}`
  return [{ on: 'port', sentence: `admits ${item.protocol ?? 'the'} port \`${name}\`, which ${called} ${reason}` }]
}
