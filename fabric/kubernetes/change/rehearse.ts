import type { Manifest } from '../../fabric.ts'
import { ownedLabel } from '../../owned.ts'
import {
  neverReady,
  podDefaults,
  probeContainer,
  type Resources,
  readyWhenListening,
  sidecarMarks,
  usualResources,
} from '../probe/pod-spec.ts'
import { patched } from '../probe/probe-patch.ts'
import { type RunFacts, roleAnnotation, runAnnotation } from '../run-facts.ts'

/** A port on which a rehearsed pod listens. */
export interface ListenPort {
  readonly port: number
  readonly protocol: string
}

/** The container that replaces a pod's containers. */
export interface Listener {
  readonly ports: readonly ListenPort[]
  /** Default resources when absent. */
  readonly resources?: Resources
}

type Fields = Readonly<Record<string, unknown>>

const withPods = [
  ...(['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'] as const),
  ...(['Job', 'CronJob'] as const),
] as const

/**
 * Kinds that a run may create, in the order in which they are applied: dependencies come first. Other kinds of a
 * manifest never reach the cluster.
 */
export const rehearsedKinds = [
  ...(['Namespace', 'ServiceAccount', 'ResourceQuota', 'LimitRange', 'NetworkPolicy', 'Service'] as const),
  ...withPods,
] as const

/** Whether a run may create objects of this kind. */
export function isRehearsed(kind: string): boolean {
  return rehearsedKinds.some((each) => each === kind)
}

/** Whether objects of this kind are pods or create them. */
export function runsPods(kind: string): boolean {
  return withPods.some((each) => each === kind)
}

/**
 * Value of the owned label on rehearsed manifests. Crosscheck creates them, but the user can inspect them, unlike
 * canaries and probes.
 */
export const rehearsedValue = 'rehearsed'

const notReadyAnnotation = 'lab.crosscheck.dev/not-ready'

/**
 * The rehearsed form of an object: every image is Crosscheck's listener, and no field can affect anything outside its
 * namespace.
 */
export function rehearsed(object: Manifest, run: RunFacts, listener: Listener): Manifest {
  const { apiVersion, kind } = object
  const metadata = rehearsedMetadata(object)
  const spec = (object['spec'] ?? {}) as Fields
  switch (kind) {
    case 'Namespace':
      return { apiVersion, kind, metadata }
    case 'ServiceAccount':
      return { apiVersion, kind, metadata, automountServiceAccountToken: false }
    case 'Service':
      return { apiVersion, kind, metadata, spec: rehearsedService(spec) }
    case 'Pod':
      return { apiVersion, kind, ...rehearsedPod({ metadata, spec }, run, listener) }
    case 'CronJob': {
      const jobTemplate = (spec['jobTemplate'] ?? {}) as { spec?: Fields }
      const job = { ...jobTemplate, spec: withTemplate(jobTemplate.spec ?? {}, run, listener) }
      return { apiVersion, kind, metadata, spec: { schedule: spec['schedule'], suspend: true, jobTemplate: job } }
    }
    case 'StatefulSet': {
      const { volumeClaimTemplates: _, persistentVolumeClaimRetentionPolicy: __, ...rest } = spec
      return {
        apiVersion,
        kind,
        metadata,
        spec: { ...withTemplate(rest, run, listener), podManagementPolicy: 'Parallel' },
      }
    }
    case 'Deployment':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      return { apiVersion, kind, metadata, spec: withTemplate(spec, run, listener) }
    default:
      return { ...object, metadata }
  }
}

function rehearsedMetadata(object: Manifest): Fields {
  const { name, namespace, labels, annotations } = (object['metadata'] ?? {}) as Fields
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [ownedLabel]: rehearsedValue, ...(labels as Fields) },
    annotations: { ...(annotations as Fields) },
  }
}

/**
 * The cluster chooses addresses. A load balancer would cost money, and external addresses could take over the user's
 * traffic.
 */
function rehearsedService(spec: Fields): Fields {
  const keys = [
    'selector',
    'ports',
    'publishNotReadyAddresses',
    'internalTrafficPolicy',
    'ipFamilies',
    'ipFamilyPolicy',
    'externalName',
  ]
  const kept = Object.fromEntries(keys.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]]))
  const type = spec['type'] === 'LoadBalancer' ? 'NodePort' : (spec['type'] ?? 'ClusterIP')
  const outside = type === 'NodePort' && spec['externalTrafficPolicy'] !== undefined
  return {
    ...kept,
    type,
    ...(outside ? { externalTrafficPolicy: spec['externalTrafficPolicy'] } : {}),
    ...(spec['clusterIP'] === 'None' ? { clusterIP: 'None' } : {}),
  }
}

function withTemplate(spec: Fields, run: RunFacts, listener: Listener): Fields {
  const { metadata = {}, spec: pod = {} } = (spec['template'] ?? {}) as { metadata?: Fields; spec?: Fields }
  const { labels, annotations = {} } = metadata
  return { ...spec, template: rehearsedPod({ metadata: { labels, annotations }, spec: pod }, run, listener) }
}

const keptOfPod = [
  'nodeName',
  'nodeSelector',
  'tolerations',
  'dnsPolicy',
  'dnsConfig',
  'hostAliases',
  'hostname',
  'subdomain',
  'setHostnameAsFQDN',
  'serviceAccountName',
  'restartPolicy',
]

/** One container with the ports of all original containers. */
function rehearsedPod(
  { metadata, spec }: { metadata: Fields; spec: Fields },
  run: RunFacts,
  { ports, resources = usualResources }: Listener,
) {
  const annotations = (metadata['annotations'] ?? {}) as Fields
  const kept = Object.fromEntries(keptOfPod.filter((key) => spec[key] !== undefined).map((key) => [key, spec[key]]))
  const { securityContext, ...defaults } = podDefaults(run)
  const readiness = annotations[notReadyAnnotation] === 'true' ? neverReady.container : readyWhenListening
  const container = {
    ...probeContainer(run, { name: 'listener', args: listening(ports), ports: declaredPorts(spec), resources }),
    ...readiness,
  }
  const low = ports.some(({ port }) => port < 1024)
  const sysctls = low ? { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] } : {}
  const pod = {
    metadata: {
      ...metadata,
      annotations: { ...annotations, ...sidecarMarks(run), [runAnnotation]: run.id, [roleAnnotation]: 'listener' },
    },
    spec: { ...defaults, ...kept, securityContext: { ...securityContext, ...sysctls }, containers: [container] },
  }
  return patched(pod, run.patch)
}

function listening(ports: readonly ListenPort[]): string[] {
  const of = (protocol: string) => [
    ...new Set(ports.filter((each) => each.protocol === protocol).map(({ port }) => port)),
  ]
  const [tcp, udp] = [of('TCP'), of('UDP')]
  if (tcp.length + udp.length === 0) return []
  return [
    'listen',
    ...(tcp.length > 0 ? ['--tcp', tcp.join(',')] : []),
    ...(udp.length > 0 ? ['--udp', udp.join(',')] : []),
  ]
}

/** Ports of containers and sidecars, each number and name once, without host ports. */
function declaredPorts(spec: Fields): Fields[] {
  const containers = (spec['containers'] ?? []) as readonly Fields[]
  const sidecars = ((spec['initContainers'] ?? []) as readonly Fields[]).filter(
    (each) => each['restartPolicy'] === 'Always',
  )
  const ports = [...containers, ...sidecars].flatMap((each) => (each['ports'] ?? []) as readonly Fields[])
  const unique = new Map<string, Fields>()
  const names = new Set<unknown>()
  for (const { name, containerPort, protocol = 'TCP' } of ports) {
    const key = `${String(containerPort)}/${String(protocol)}`
    if (unique.has(key)) continue
    const named = name !== undefined && !names.has(name)
    names.add(name)
    unique.set(key, { ...(named ? { name } : {}), containerPort, protocol })
  }
  return [...unique.values()]
}
