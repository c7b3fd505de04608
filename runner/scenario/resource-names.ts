import { didYouMean } from '../../policy/suggest.ts'
import type { NamedObject } from './model.ts'

interface Kind {
  readonly apiVersion: string
  readonly kind: string
  readonly short?: string
  readonly plural?: string
  readonly workload?: true
  readonly clusterScoped?: true
}

/** Kinds by their full lowercase name, with kubectl's abbreviations (`kubectl api-resources`). */
const kinds: Readonly<Record<string, Kind>> = {
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', short: 'deploy', workload: true },
  statefulset: { apiVersion: 'apps/v1', kind: 'StatefulSet', short: 'sts', workload: true },
  daemonset: { apiVersion: 'apps/v1', kind: 'DaemonSet', short: 'ds', workload: true },
  replicaset: { apiVersion: 'apps/v1', kind: 'ReplicaSet', short: 'rs', workload: true },
  replicationcontroller: { apiVersion: 'v1', kind: 'ReplicationController', short: 'rc', workload: true },
  deploymentconfig: { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', short: 'dc', workload: true },
  job: { apiVersion: 'batch/v1', kind: 'Job', workload: true },
  cronjob: { apiVersion: 'batch/v1', kind: 'CronJob', short: 'cj', workload: true },
  pod: { apiVersion: 'v1', kind: 'Pod', short: 'po', workload: true },
  service: { apiVersion: 'v1', kind: 'Service', short: 'svc' },
  configmap: { apiVersion: 'v1', kind: 'ConfigMap', short: 'cm' },
  endpoints: { apiVersion: 'v1', kind: 'Endpoints', short: 'ep', plural: 'endpoints' },
  endpointslice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  networkpolicy: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    short: 'netpol',
    plural: 'networkpolicies',
  },
  namespace: { apiVersion: 'v1', kind: 'Namespace', short: 'ns', clusterScoped: true },
  node: { apiVersion: 'v1', kind: 'Node', short: 'no', clusterScoped: true },
}

const names: ReadonlyMap<string, string> = new Map(
  Object.entries(kinds).flatMap(([name, { short, plural }]) =>
    [name, plural ?? `${name}s`, ...(short === undefined ? [] : [short])].map((alias) => [alias, name] as const),
  ),
)

const workloadKinds: readonly string[] = Object.keys(kinds).filter((name) => kinds[name]?.workload)
const kindNames: readonly string[] = Object.keys(kinds)

/** The full lowercase kind of `deploy`, `Deployments`, `deployment.apps`; undefined if unknown. */
function kindOf(word: string): string | undefined {
  return names.get(word.toLowerCase().split('.')[0] ?? '')
}

export function isWorkloadKind(kind: string): boolean {
  return kinds[kind]?.workload === true
}

export const namespacePattern = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
export const objectNamePattern = /^[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?$/

export interface Noun {
  readonly namespace: string
  /** The full lowercase kind. */
  readonly kind: string
  readonly name: string
}

/** Parses `namespace/kind/name`, `ns/NAME` for a namespace, or `node/NAME` for a node. Returns a sentence with the problem otherwise. */
export function parseNoun(text: string): Noun | string {
  const parts = text.split('/')
  const [namespace, word, name] = parts.length === 2 ? ['', ...parts] : parts
  if (parts.length < 2 || parts.length > 3 || namespace === undefined || !word || !name) {
    return `expected namespace/kind/name, such as frontend/deployment/ui, got "${text}"`
  }
  const kind = kindOf(word)
  if (kind === undefined && parts.length === 2 && didYouMean(word, kindNames) === undefined)
    return `"${text}" lacks its kind: write ${word}/deployment/${name}, or the kind that it is`
  if (kind === undefined) return `unknown kind "${word}" in "${text}": ${nearestOf(word, kindNames)}`
  const scoped = kinds[kind]?.clusterScoped !== true
  if (scoped && namespace === '') return `"${text}" lacks its namespace: namespace/${text}`
  if (!scoped && namespace !== '') return `a ${kind} lives in no namespace: write ${word}/${name}`
  if (scoped && !namespacePattern.test(namespace)) return `"${namespace}" is no namespace name in "${text}"`
  if (!objectNamePattern.test(name)) return `"${name}" is no object name in "${text}"`
  return { namespace, kind, name }
}

/** Parses `kind/name` of a workload or pod and expands the kind: `deploy/ui` → `deployment/ui`. Returns a sentence with the problem otherwise. */
export function parseWorkload(text: string): { readonly workload: string } | string {
  const [word, name, ...rest] = text.split('/')
  if (!word || !name || rest.length > 0) return `expected kind/name, such as deployment/ui, got "${text}"`
  const kind = kindOf(word)
  if (kind === undefined || !isWorkloadKind(kind)) {
    return `"${word}" is no kind of workload: ${nearestOf(word, workloadKinds)}`
  }
  if (!objectNamePattern.test(name)) return `"${name}" is no object name in "${text}"`
  return { workload: `${kind}/${name}` }
}

function nearestOf(word: string, possible: readonly string[]): string {
  return didYouMean(word, possible) ?? `possible are ${possible.join(', ')}`
}

/** The object that a noun names, with the API version for deleting or patching it. */
export function objectOf(noun: Noun): NamedObject {
  const { apiVersion, kind } = kinds[noun.kind] ?? { apiVersion: 'v1', kind: noun.kind }
  return { apiVersion, kind, namespace: noun.namespace, name: noun.name }
}
