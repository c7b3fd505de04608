import type { Manifest } from '../../fabric/fabric.ts'

/** The port of the canary listeners, and a port that is always closed. */
export const canaryPort = 8080
export const closedPort = 64_999

/** Roles on each node: no policy ever selects `open`; policies of both directions select `guarded`. */
export type CanaryRole = 'open' | 'guarded'
const canaryRoles: readonly CanaryRole[] = ['open', 'guarded']

/** The label that distinguishes the canaries. The policies select by it. */
const roleLabel = 'crosscheck.dev/canary'
/** The labels of the canary of a role. */
export function canaryLabels(role: CanaryRole): Readonly<Record<string, string>> {
  return { [roleLabel]: role }
}

const owned = { 'crosscheck.dev/owned': 'true' }

/** The name of the canary pod of a role on the n-th node of the run. */
export function canaryName(role: CanaryRole, index: number): string {
  return `canary-${role}-${index}`
}

/** The namespace of the canaries. They change no object of the user. */
export function canaryNamespaceObject(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: owned } }
}

/** One listener of each role, scheduled by node name on the n-th node of the run. */
export function canaryPods(namespace: string, nodeName: string, index: number): Manifest[] {
  const ports = [{ containerPort: canaryPort, protocol: 'TCP' }]
  const containers = [{ name: 'listener', image: 'crosscheck', ports }]
  return canaryRoles.map((role) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name: canaryName(role, index), labels: { ...canaryLabels(role), ...owned } },
    spec: { nodeName, containers },
  }))
}

/** A fresh source that the last step allows by exactly its namespace and labels. */
export interface Admitted {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

/** The second step allows nothing. The third step allows exactly the open canaries and the sources under test. */
export type PolicyStep = { readonly kind: 'deny' } | { readonly kind: 'admit'; readonly sources: readonly Admitted[] }

/** The policies of a step. They replace those of the step before. */
export function canaryPolicies(namespace: string, step: PolicyStep): Manifest[] {
  const role = (name: CanaryRole) => ({ podSelector: { matchLabels: canaryLabels(name) } })
  const open = step.kind === 'admit' ? [role('open')] : []
  const sources = step.kind === 'admit' ? step.sources : []
  const peers = sources.map(({ namespace: from, labels }) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from } },
    podSelector: { matchLabels: labels },
  }))
  const policy = (name: string, rules: Record<string, unknown>): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace, name, labels: owned },
    spec: { ...role('guarded'), ...rules },
  })
  const from = [...open, ...peers]
  return [
    policy('canary-ingress', { policyTypes: ['Ingress'], ingress: from.length === 0 ? [] : [{ from }] }),
    policy('canary-egress', { policyTypes: ['Egress'], egress: open.length === 0 ? [] : [{ to: open }] }),
  ]
}
