import { keyOf, type ManifestObject } from '../../fabric/manifests/object.ts'
import { ownershipOf } from '../../fabric/manifests/owners.ts'
import { isObject } from '../../policy/field.ts'

/** A cluster's objects as they would be after applying manifests, and the policies that the manifests lack. */
export interface Applied {
  readonly objects: readonly ManifestObject[]
  /** Policies in the manifests' namespaces that are not in the manifests. */
  readonly left: readonly ManifestObject[]
}

/**
 * The effect of `kubectl apply` on a cluster. The given objects replace those with the same name and keep the fields that only the cluster sets. A
 * workload's pods keep their names, nodes and addresses, and get the content of the new template.
 */
export function applied(live: readonly ManifestObject[], given: readonly ManifestObject[]): Applied {
  const wanted = new Map(given.map((object) => [keyOf(object), object]))
  const known = new Set(live.map(keyOf))
  const spaces = new Set(given.map(({ kind, namespace, name }) => (kind === 'Namespace' ? name : namespace)))
  const owners = ownershipOf([...live, ...given])
  const alive = new Set<ManifestObject>()
  const changed = live.flatMap((object) => {
    const workload = object.kind === 'Pod' ? owners.standIn(object) : undefined
    if (workload !== undefined && wanted.has(keyOf(workload))) {
      alive.add(workload)
      return podAfter(object, workload)
    }
    const next = wanted.get(keyOf(object))
    return [next === undefined ? object : { ...next, value: { ...next.value, ...kept(next, object) } }]
  })
  return {
    objects: [...changed, ...given.filter((object) => !known.has(keyOf(object)) && !alive.has(object))],
    left: live.filter(
      (object) => object.kind === 'NetworkPolicy' && spaces.has(object.namespace) && !wanted.has(keyOf(object)),
    ),
  }
}

/** Labels by which controllers identify their pods are kept. */
const ofControllers = /^(pod-template-(hash|generation)|controller-(revision-hash|uid)|job-name)$|\.kubernetes\.io\//

/** Empty if the workload is scaled to zero. */
function podAfter(pod: ManifestObject, workload: ManifestObject): ManifestObject[] {
  const spec = part(workload, 'spec')
  if (spec['replicas'] === 0 || spec['suspend'] === true) return []
  const job = isObject(spec['jobTemplate']) ? spec['jobTemplate']['spec'] : undefined
  const template = isObject(job) ? job['template'] : spec['template']
  const { metadata, spec: podSpec } = isObject(template) ? template : {}
  const own = Object.entries(objectAt(part(pod, 'metadata'), 'labels')).filter(([key]) => ofControllers.test(key))
  const labels = { ...Object.fromEntries(own), ...objectAt(isObject(metadata) ? metadata : {}, 'labels') }
  const { nodeName, hostname, subdomain } = part(pod, 'spec')
  const stays = withoutNothing({ nodeName, hostname, subdomain })
  return [
    {
      ...pod,
      value: {
        ...pod.value,
        metadata: { ...part(pod, 'metadata'), labels },
        spec: { ...(isObject(podSpec) ? podSpec : {}), ...stays },
      },
    },
  ]
}

/** Fields that the cluster sets and that applying does not remove. */
function kept(next: ManifestObject, live: ManifestObject): Record<string, unknown> {
  switch (next.kind) {
    case 'Namespace':
      return { metadata: { ...part(next, 'metadata'), labels: labelsAfter(next, live) } }
    case 'Service': {
      const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ports } = part(live, 'spec')
      const spec = part(next, 'spec')
      const given = withoutNothing({ clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy })
      return { spec: { ...given, ...spec, ports: portsAfter(spec.ports, ports) }, status: live.value['status'] ?? {} }
    }
    case 'Pod':
      return { status: live.value['status'] ?? {}, spec: { ...part(next, 'spec'), ...nodeOf(live) } }
    default:
      return {}
  }
}

/** Labels that others set are kept. Labels of the last `kubectl apply` that are no longer in the manifest are removed. */
function labelsAfter(next: ManifestObject, live: ManifestObject): Record<string, unknown> {
  const { labels = {}, annotations } = part(live, 'metadata')
  const own = part(next, 'metadata').labels
  const before = isObject(annotations) ? annotations['kubectl.kubernetes.io/last-applied-configuration'] : undefined
  const written = new Set(Object.keys(typeof before === 'string' ? lastLabels(before) : {}))
  const others = Object.entries(labels as Record<string, unknown>).filter(([key]) => !written.has(key))
  return { ...Object.fromEntries(others), ...(isObject(own) ? own : {}) }
}

function lastLabels(text: string): object {
  try {
    return (JSON.parse(text) as { metadata?: { labels?: object } }).metadata?.labels ?? {}
  } catch {
    return {}
  }
}

/** A port keeps the NodePort that the cluster assigned. */
function portsAfter(next: unknown, live: unknown): unknown {
  if (!Array.isArray(next) || !Array.isArray(live)) return next
  const old = live.filter(isObject)
  return next.map((port: unknown) => {
    if (!isObject(port) || port['nodePort'] !== undefined) return port
    const same = old.find((each) => each['port'] === port['port'] && protocolOf(each) === protocolOf(port))
    return same?.['nodePort'] === undefined ? port : { ...port, nodePort: same['nodePort'] }
  })
}

function protocolOf({ protocol = 'TCP' }: Readonly<Record<string, unknown>>): unknown {
  return protocol
}

function nodeOf(pod: ManifestObject): Record<string, unknown> {
  return withoutNothing({ nodeName: part(pod, 'spec')['nodeName'] })
}

function part({ value }: ManifestObject, key: string): Readonly<Record<string, unknown>> {
  return objectAt(value, key)
}

function objectAt(of: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, unknown>> {
  const found = of[key]
  return isObject(found) ? found : {}
}

function withoutNothing(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
