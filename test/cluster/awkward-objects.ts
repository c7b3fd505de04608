import type { Manifest } from '../../fabric/fabric.ts'
import { image } from './opening.ts'

/** Namespaces as strict administrators make them, and workloads that are ill. */
export const prefix = 'crosscheck-h'

/** A real pod's container, as a restricted namespace admits it. */
const security = {
  ...{ allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 65_532, capabilities: { drop: ['ALL'] } },
  seccompProfile: { type: 'RuntimeDefault' },
}
const listening: Manifest = { image, args: ['listen', '--tcp', '8080'] }

export function namespace(name: string, labels: Record<string, string> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${prefix}-${name}`, labels } }
}

export function inNamespace(where: string, kind: string, name: string, spec: Manifest): Manifest {
  return { apiVersion: versions[kind] ?? 'v1', kind, metadata: { namespace: `${prefix}-${where}`, name }, spec }
}

const versions: Readonly<Record<string, string>> = {
  ...{ Deployment: 'apps/v1', StatefulSet: 'apps/v1', ReplicaSet: 'apps/v1', DaemonSet: 'apps/v1' },
  ...{ NetworkPolicy: 'networking.k8s.io/v1', PodDisruptionBudget: 'policy/v1' },
}

/** A workload, with the Service in front of it. */
export function workload(where: string, name: string, more: { container?: Manifest; spec?: Manifest } = {}) {
  const { container = listening, spec = { replicas: 1 } } = more
  const app = { name: 'app', imagePullPolicy: 'IfNotPresent', securityContext: security, ...container }
  const template = {
    metadata: { labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ ...app, ports: [{ containerPort: 8080 }] }] },
  }
  const ports = [{ port: 80, targetPort: 8080 }]
  return [
    inNamespace(where, 'Deployment', name, { ...spec, selector: { matchLabels: { app: name } }, template }),
    inNamespace(where, 'Service', name, { selector: { app: name }, ports }),
  ]
}

const plainSpace = { matchLabels: { 'kubernetes.io/metadata.name': `${prefix}-plain` } }

export const awkward: readonly Manifest[] = [
  ...['plain', 'deny', 'cut', 'quota', 'limits', 'tight'].map((name) => namespace(name)),
  namespace('psa', { 'pod-security.kubernetes.io/enforce': 'restricted' }),
  ...workload('plain', 'web'),
  ...workload('deny', 'web'),
  ...workload('plain', 'crash', { container: { image, command: ['/none'] } }),
  ...workload('plain', 'zero', { spec: { replicas: 0 } }),
  ...workload('plain', 'unpulled', { container: { image: 'registry.invalid/none:1' } }),
  inNamespace('deny', 'NetworkPolicy', 'default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  // Lets its pods reach everything but DNS.
  inNamespace('cut', 'NetworkPolicy', 'without-dns', {
    ...{ podSelector: {}, policyTypes: ['Egress'] },
    egress: [{ to: [{ namespaceSelector: plainSpace }] }],
  }),
  inNamespace('quota', 'ResourceQuota', 'full', { hard: { pods: '0' } }),
  inNamespace('limits', 'LimitRange', 'without-defaults', {
    limits: [{ type: 'Container', min: { cpu: '100m', memory: '80Mi' }, max: { cpu: '1', memory: '1Gi' } }],
  }),
  inNamespace('limits', 'ResourceQuota', 'demanding', {
    hard: { 'limits.cpu': '2', 'limits.memory': '2Gi', 'requests.cpu': '1', 'requests.memory': '1Gi' },
  }),
  inNamespace('tight', 'LimitRange', 'small', { limits: [{ type: 'Container', max: { memory: '32Mi' } }] }),
]

/** The scenario over them, as JSON, which YAML is a superset of. */
export function scenario(spec: Manifest): string {
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'awkward' } }
  return JSON.stringify({ ...head, spec }, undefined, 1)
}

/** The head of a bare pod with the labels of its Service. */
export function pod(where: string, name: string): Manifest {
  const metadata = { namespace: `${prefix}-${where}`, name, labels: { app: name } }
  return { apiVersion: 'v1', kind: 'Pod', metadata }
}
