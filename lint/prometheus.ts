import { groupOf } from '../fabric/manifests/kinds.ts'
import { nameLabel } from '../fabric/manifests/namespaces.ts'
import { matchesSelector } from '../policy/selector.ts'
import type { Labels, PolicyPeer } from '../policy/types.ts'
import type { Context } from './context.ts'
import { perContext } from './per-context.ts'
import { labelsAt, valueAt } from './templates.ts'

/** The pods of a Prometheus server, as the input shows them. */
export interface Prometheus {
  /** `statefulset/prometheus in monitoring`. */
  readonly name: string
  readonly namespace: string
  readonly labels: Labels
  readonly hostNetwork: boolean
}

/** Finds workloads that run the Prometheus image, and those that its operator creates from a Prometheus or PrometheusAgent object. */
export const prometheusIn = perContext((context: Context): readonly Prometheus[] => {
  const workloads = context.templates.filter(({ containers }) =>
    containers.some(({ value }) => isPrometheusImage(value.image)),
  )
  const objects = context.objects.filter(
    ({ apiVersion, kind }) =>
      groupOf(apiVersion) === 'monitoring.coreos.com' && (kind === 'Prometheus' || kind === 'PrometheusAgent'),
  )
  return [
    ...workloads.map(({ object, namespace, labels, path }) => ({
      name: `${object.kind.toLowerCase()}/${object.name} in ${namespace}`,
      namespace,
      labels,
      hostNetwork: valueAt(object.value, [...path, 'spec', 'hostNetwork']) === true,
    })),
    ...objects.map(({ kind, name, namespace, value }) => ({
      name: `${kind} ${name} in ${namespace}`,
      namespace,
      hostNetwork: valueAt(value, ['spec', 'hostNetwork']) === true,
      labels: { ...labelsAt(valueAt(value, ['spec', 'podMetadata'])), ...operatorLabels(name) },
    })),
  ]
})

/**
 * Whether a peer of a policy may match it. A network may contain its address, and labels of a namespace that is not in the input are
 * unknown.
 */
export function mayBePeer(
  prometheus: Prometheus,
  peer: PolicyPeer,
  { policyNamespace, context }: PeerContext,
): boolean {
  if (peer.ipBlock !== undefined) return true
  if (prometheus.hostNetwork) return false
  const { podSelector = {}, namespaceSelector } = peer
  if (!matchesSelector(podSelector, prometheus.labels)) return false
  if (namespaceSelector === undefined) return prometheus.namespace === policyNamespace
  const namespace = context.world.namespaces.find(({ name }) => name === prometheus.namespace)
  if (namespace?.labelsKnown === true) return matchesSelector(namespaceSelector, namespace.labels)
  const keys = [
    ...Object.keys(namespaceSelector.matchLabels ?? {}),
    ...(namespaceSelector.matchExpressions ?? []).map(({ key }) => key),
  ]
  return (
    keys.some((key) => key !== nameLabel) || matchesSelector(namespaceSelector, { [nameLabel]: prometheus.namespace })
  )
}

export interface PeerContext {
  readonly policyNamespace: string
  readonly context: Context
}

function isPrometheusImage(image: unknown): boolean {
  return typeof image === 'string' && /(^|\/)prometheus([:@]|$)/.test(image)
}

/** Labels that the operator sets on the pods that it creates (prometheus-operator, pkg/prometheus/server). */
function operatorLabels(name: string): Labels {
  return {
    'app.kubernetes.io/name': 'prometheus',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/managed-by': 'prometheus-operator',
    'operator.prometheus.io/name': name,
    prometheus: name,
  }
}
