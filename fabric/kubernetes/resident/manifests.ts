import { createHash } from 'node:crypto'
import type { Manifest } from '../../fabric.ts'
import { residentLabel } from '../../owned.ts'
import { copiedFields } from '../probe/clone.ts'
import {
  neverReady,
  onNode,
  podDefaults,
  probeContainer,
  type Resources,
  readyWhenListening,
  sidecarMarks,
} from '../probe/pod-spec.ts'
import { type ProbePatch, patched } from '../probe/probe-patch.ts'
import { roleAnnotation } from '../run-facts.ts'
import { type ResidentSource, residentName } from './source.ts'

/** Name of the Secret with the token, of the Role for using probes, and of its binding; the same in every namespace. */
export const residentAccess = 'crosscheck-resident'
/** Key in the Secret. The runner sends the token, and the probe compares it. */
export const tokenKey = 'token'
const hashKey = 'token-sha256'

/** Environment of a resident probe: the hash of the required token, and limits for concurrent runs. */
export const tokenFromSecret = [
  { name: 'CROSSCHECK_TOKEN_SHA256', valueFrom: { secretKeyRef: { name: residentAccess, key: hashKey } } },
  { name: 'CROSSCHECK_CONCURRENCY', value: '50' },
  { name: 'CROSSCHECK_BATCHES', value: '16' },
]

/** Describes the source that a resident probe represents. */
export const sourceAnnotation = 'crosscheck.dev/source'
/** The labels of its source as JSON. The pod may have more labels, from a patch, a webhook or its controller. */
export const labelsAnnotation = 'crosscheck.dev/source-labels'

export interface ResidentPods {
  readonly image: string
  readonly imagePullSecret?: string
  readonly resources: Resources
  /** Set by an administrator on every pod that is created. */
  readonly patch?: ProbePatch
  /** One on every node (a DaemonSet) instead of one (a StatefulSet, whose pod keeps its name). */
  readonly everyNode: boolean
}

/** The workload of a resident probe. Its pod has the source's labels and one more. No Service sends it traffic. */
export function residentWorkload(source: ResidentSource, pods: ResidentPods): Manifest {
  const name = residentName(source)
  const own = { [residentLabel]: name }
  const annotations = { [roleAnnotation]: 'probe', [sourceAnnotation]: titleOf(source) }
  return {
    apiVersion: 'apps/v1',
    kind: pods.everyNode ? 'DaemonSet' : 'StatefulSet',
    metadata: { namespace: source.namespace, name, labels: own, annotations },
    spec: {
      selector: { matchLabels: own },
      // It never becomes ready, and a rolling update would wait for that forever.
      ...(pods.everyNode
        ? { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } } }
        : { replicas: 1, serviceName: name, podManagementPolicy: 'Parallel' }),
      template: patched(residentPod(source, pods), pods.patch),
    },
  }
}

/** `deployment/ui`, `plain`, `plain app=web`, each with ` on NODE` if it is bound to a node. */
export function titleOf({ title, labels, node }: ResidentSource): string {
  const own = title === 'plain' ? Object.entries(labels).map(([key, value]) => ` ${key}=${value}`) : []
  return `${title}${own.join(',')}${node === undefined ? '' : ` on ${node}`}`
}

/** A pod that no Service can select receives no traffic. It may be ready, which monitoring expects of a StatefulSet. */
function residentPod(source: ResidentSource, pods: ResidentPods) {
  const { labels, spec, node } = source
  const hides = Object.keys(labels).length > 0
  const container = probeContainer({ image: pods.image, tokenSha256: '' }, { name: 'probe', resources: pods.resources })
  return {
    metadata: {
      labels: { ...labels, [residentLabel]: residentName(source) },
      annotations: {
        [roleAnnotation]: 'probe',
        [sourceAnnotation]: titleOf(source),
        [labelsAnnotation]: JSON.stringify(labels),
        ...sidecarMarks({}),
      },
    },
    spec: {
      ...podDefaults(pods),
      ...copiedFields(spec),
      ...(hides ? neverReady.spec : {}),
      ...(node === undefined || pods.everyNode ? {} : onNode(node)),
      containers: [{ ...container, env: tokenFromSecret, ...(hides ? neverReady.container : readyWhenListening) }],
    },
  }
}

/** The token of a namespace's probes. The probes only get its hash. */
export function residentSecret(namespace: string, token: string): Manifest {
  const sha256 = createHash('sha256').update(token).digest('hex')
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: residentAccess, labels: { [residentLabel]: residentAccess } },
    type: 'Opaque',
    immutable: true,
    stringData: { [tokenKey]: token, [hashKey]: sha256 },
  }
}

export interface ServiceAccountName {
  readonly namespace: string
  readonly name: string
}

/**
 * Lets a service account use the probes of a namespace and nothing else: the pods of these names (all pods if a
 * DaemonSet names them), and the Secret.
 */
export function residentRights(
  namespace: string,
  probes: { readonly pods: readonly string[]; readonly everyNode: boolean },
  reader: ServiceAccountName,
): Manifest[] {
  const metadata = { namespace, name: residentAccess, labels: { [residentLabel]: residentAccess } }
  const forward = { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] }
  const rules = [
    probes.everyNode ? forward : { ...forward, resourceNames: probes.pods },
    { apiGroups: [''], resources: ['secrets'], resourceNames: [residentAccess], verbs: ['get'] },
  ]
  return roleFor(reader, metadata, rules)
}

/** A Role with these rules, and its binding to the service account. */
export function roleFor(
  reader: ServiceAccountName,
  metadata: Readonly<Record<string, unknown>>,
  rules: readonly Readonly<Record<string, unknown>>[],
): Manifest[] {
  const group = 'rbac.authorization.k8s.io'
  return [
    { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
    {
      apiVersion: `${group}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: group, kind: 'Role', name: residentAccess },
      subjects: [{ kind: 'ServiceAccount', ...reader }],
    },
  ]
}
