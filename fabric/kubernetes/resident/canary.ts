import type { Labels } from '../../../policy/types.ts'
import type { Manifest } from '../../fabric.ts'
import { residentLabel } from '../../owned.ts'
import { podDefaults, probeContainer, readyWhenListening, sidecarMarks, usualResources } from '../probe/pod-spec.ts'
import { patched } from '../probe/probe-patch.ts'
import { roleAnnotation } from '../run-facts.ts'
import {
  labelsAnnotation,
  type ResidentPods,
  residentAccess,
  roleFor,
  type ServiceAccountName,
  sourceAnnotation,
  tokenFromSecret,
} from './manifests.ts'

/** The namespace of the standing canary. Without it, each run creates a canary. */
export const standingCanary = 'crosscheck-canary'

export interface CanaryOptions extends Omit<ResidentPods, 'resources'> {
  readonly namespace: string
}

/** A canary listener, as a run requests it on each node. */
export interface CanaryListener {
  readonly name: string
  readonly labels: Labels
  readonly port: number
}

/** A DaemonSet per listener on every Linux node, in a namespace of their own. */
export function canaryObjects(listeners: readonly CanaryListener[], options: CanaryOptions): Manifest[] {
  const labels = { [residentLabel]: residentAccess, 'pod-security.kubernetes.io/enforce': 'restricted' }
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: options.namespace, labels } }
  return [namespace, ...listeners.map((listener) => daemonSet(listener, options))]
}

function daemonSet(
  { name, labels, port }: CanaryListener,
  { namespace, image, imagePullSecret, patch }: CanaryOptions,
): Manifest {
  const own = { [residentLabel]: name }
  const annotations = { [roleAnnotation]: 'listener', [sourceAnnotation]: `canary (${name})` }
  const marks = { ...annotations, [labelsAnnotation]: JSON.stringify(labels), ...sidecarMarks({}) }
  const container = probeContainer(
    { image, tokenSha256: '' },
    { name: 'listener', args: ['listen', '--tcp', String(port)], resources: usualResources },
  )
  const spec = {
    ...podDefaults(imagePullSecret === undefined ? {} : { imagePullSecret }),
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    // Targets can also be on tainted nodes.
    tolerations: [{ operator: 'Exists' }],
    containers: [{ ...container, env: tokenFromSecret, ...readyWhenListening }],
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace, name, labels: own, annotations },
    spec: {
      selector: { matchLabels: own },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
      template: patched({ metadata: { labels: { ...labels, ...own }, annotations: marks }, spec }, patch),
    },
  }
}

/**
 * Lets a service account change the canary's policies, only in the canary's namespace, and the Job by which they
 * expire.
 */
export function canaryRights(namespace: string, reader: ServiceAccountName): Manifest[] {
  const metadata = { namespace, name: residentAccess, labels: { [residentLabel]: residentAccess } }
  const change = ['get', 'list', 'create', 'patch', 'delete']
  const rules = [
    { apiGroups: [''], resources: ['pods/portforward'], verbs: ['get', 'create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: [residentAccess], verbs: ['get'] },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: change },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: change },
  ]
  return roleFor(reader, metadata, rules)
}
