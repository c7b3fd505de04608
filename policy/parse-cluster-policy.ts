import { actions, type ClusterPolicy, type ClusterRule, clusterTiers } from './cluster-policy.ts'
import { integer, items, oneOf, refuseUnknownKeys, text, typeName } from './decode.ts'
import { type Field, field, fieldAt, isAbsent, isObject, type Locate, report } from './field.ts'
import { invalidValue, subdomainFault } from './names.ts'
import { parseClusterPeer, parseSubject } from './parse-cluster-peer.ts'
import { parseClusterPort } from './parse-cluster-port.ts'
import type { Direction, Problem } from './types.ts'

export interface ParsedClusterPolicy {
  /** Absent if the API server would reject the object. */
  readonly policy?: ClusterPolicy
  readonly problems: readonly Problem[]
}

const most = 25

/** Parses a ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2 and reports everything that its schema rejects, all at once. */
export function parseClusterPolicy(raw: unknown, at: Locate): ParsedClusterPolicy {
  const problems: Problem[] = []
  const root: Field = { value: raw, path: [], source: { subject: subjectOf(raw), at, problems } }
  if (!isObject(raw)) {
    report(root, { message: `expected an object, got ${typeName(raw)}` })
    return { problems }
  }
  refuseUnknownKeys(root, ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const name = parseName(fieldAt(root, 'metadata', 'name'))
  const spec = field(root, 'spec')
  refuseUnknownKeys(spec, ['tier', 'priority', 'subject', 'ingress', 'egress'])
  const tier = required(field(spec, 'tier'), (of) => oneOf(of, clusterTiers))
  const priority = required(field(spec, 'priority'), parsePriority)
  const subject = parseSubject(field(spec, 'subject'))
  const ingress = parseRules(field(spec, 'ingress'), 'ingress')
  const egress = parseRules(field(spec, 'egress'), 'egress')
  const incomplete = name === undefined || tier === undefined || priority === undefined || subject === undefined
  if (incomplete || problems.some(({ severity }) => severity === 'error')) return { problems }
  const place = at([])
  return {
    policy: { name, tier, priority, subject, ingress, egress, ...(place === undefined ? {} : { place }) },
    problems,
  }
}

function parseRules(of: Field, direction: Direction): ClusterRule[] {
  return atMost(of, items(of)).flatMap((rule) => parseRule(rule, direction))
}

function parseRule(of: Field, direction: Direction): ClusterRule[] {
  if (!isObject(of.value)) {
    report(of, { message: `expected a rule, got ${typeName(of.value)}` })
    return []
  }
  const peersKey = direction === 'ingress' ? 'from' : 'to'
  refuseUnknownKeys(of, ['name', 'action', peersKey, 'protocols'], {
    hintFor: (key) => (key === 'ports' ? 'write protocols: [{tcp: {destinationPort: {number: 80}}}]' : undefined),
  })
  const name = text(field(of, 'name'))
  if ((name?.length ?? 0) > 100) report(field(of, 'name'), { message: 'Too long: may not be more than 100 characters' })
  const action = required(field(of, 'action'), (each) => oneOf(each, actions))
  const peersField = field(of, peersKey)
  const peers = atMost(peersField, items(peersField)).flatMap((peer) => parseClusterPeer(peer, direction))
  if (isAbsent(peersField) || items(peersField).length === 0)
    report(peersField, {
      message: 'Required value: at least one peer',
      hint: `write ${peersKey}: [{namespaces: {}}] for all pods`,
    })
  const portsField = field(of, 'protocols')
  const listed = atMost(portsField, items(portsField))
  if (Array.isArray(portsField.value) && listed.length === 0)
    report(portsField, {
      message: 'Invalid value: should have at least 1 item',
      hint: 'leave protocols out for all ports',
    })
  const ports = listed.flatMap(parseClusterPort)
  const portless = peers.find(({ kind }) => kind !== 'pods')
  if (portless !== undefined && ports.some(({ kind }) => kind === 'name'))
    report(portsField, {
      message: `Invalid value: ${portless.kind} have no named ports`,
      hint: 'write the port as a number',
    })
  if (action !== undefined && action !== 'Accept' && peers.some(({ kind }) => kind === 'domainNames'))
    report(peersField, { message: 'domainNames are supported in Accept rules only', severity: 'warning' })
  return action === undefined ? [] : [{ action, peers, ports, ...(name === undefined ? {} : { name }) }]
}

function parsePriority(of: Field): number | undefined {
  const priority = integer(of)
  if (priority === undefined || (priority >= 0 && priority <= 1000)) return priority
  report(of, { message: invalidValue(priority, 'must be between 0 and 1000, inclusive') })
  return undefined
}

function parseName(of: Field): string | undefined {
  const name = required(of, text)
  const fault = name === undefined ? undefined : subdomainFault(name)
  if (fault !== undefined) report(of, { message: invalidValue(name, fault) })
  return name
}

function required<T>(of: Field, parse: (of: Field) => T | undefined): T | undefined {
  if (isAbsent(of)) report(of, { message: 'Required value' })
  return parse(of)
}

function atMost(of: Field, list: readonly Field[]): readonly Field[] {
  if (list.length > most) report(of, { message: `Too many: ${list.length}: must have at most ${most} items` })
  return list
}

function subjectOf(raw: unknown): string {
  const metadata = isObject(raw) && isObject(raw.metadata) ? raw.metadata : {}
  return typeof metadata.name === 'string' ? `ClusterNetworkPolicy ${metadata.name}` : 'ClusterNetworkPolicy'
}
