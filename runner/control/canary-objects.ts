import type { Manifest } from '../../fabric/fabric.ts'

/** The namespace in which canaries live; nothing of the user's is touched by them. */
export const canaryNamespace = 'crosscheck-canary'
/** The canary listeners' port, and one on which nothing ever listens. */
export const canaryPort = 8080
export const closedPort = 64_999

/** Roles on each node: `open` no policy ever selects, `guarded` gets the ingress policies, `bound` the egress policies. */
export type CanaryRole = 'open' | 'guarded' | 'bound'
const canaryRoles: readonly CanaryRole[] = ['open', 'guarded', 'bound']

/** The label that tells one canary from another; the policies select by it. */
const roleLabel = 'crosscheck.dev/canary'

/** Name of the canary pod of a role on the n-th node of the run. */
export function canaryName(role: CanaryRole, index: number): string {
  return `canary-${role}-${index}`
}

export function canaryNamespaceObject(): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: canaryNamespace, labels: { 'crosscheck.dev/owned': 'true' } },
  }
}

/** One listener of each role per node, placed there by name. */
export function canaryPods(nodes: readonly string[]): Manifest[] {
  return nodes.flatMap((node, index) =>
    canaryRoles.map((role) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        namespace: canaryNamespace,
        name: canaryName(role, index),
        labels: { [roleLabel]: role, 'crosscheck.dev/owned': 'true' },
      },
      spec: {
        nodeName: node,
        containers: [
          { name: 'listener', image: 'crosscheck', ports: [{ containerPort: canaryPort, protocol: 'TCP' }] },
        ],
      },
    })),
  )
}

/** A fresh source that the last step admits by exactly its namespace and labels. */
export interface Admitted {
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
}

/** The policies of the second step (nothing may pass) or of the third (exactly the canary source, and the sources under test, may). */
export function canaryPolicies(step: 'deny' | 'admit', sources: readonly Admitted[] = []): Manifest[] {
  const role = (name: CanaryRole) => ({ podSelector: { matchLabels: { [roleLabel]: name } } })
  const peers = sources.map(({ namespace, labels }) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: labels },
  }))
  const policy = (name: string, spec: Record<string, unknown>): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: canaryNamespace, name, labels: { 'crosscheck.dev/owned': 'true' } },
    spec,
  })
  const admit = step === 'admit'
  return [
    policy('canary-ingress', {
      ...role('guarded'),
      policyTypes: ['Ingress'],
      ingress: admit ? [{ from: [role('open'), ...peers] }] : [],
    }),
    policy('canary-egress', {
      ...role('bound'),
      policyTypes: ['Egress'],
      egress: admit ? [{ to: [role('open')] }] : [],
    }),
  ]
}
