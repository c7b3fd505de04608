import type { Labels } from '../../../policy/types.ts'
import { ownedLabel } from '../../owned.ts'
import type { RunFacts } from '../run-facts.ts'

/** The port on which a probe accepts checks, on its pod's loopback (docs/reference/probe.md). */
export const controlPort = 28_171
const healthPort = 28_172
const user = 65_532

/** Connections in flight per source (docs/verdicts.md#time). */
const usualConcurrency = 50

/** A readiness gate that is never set. A pod with it is never ready, so no Service sends it traffic. */
const neverGate = 'crosscheck.dev/never'

export interface Resources {
  readonly requests: Labels
  readonly limits: Labels
}

/** A probe's default resources (docs/reference/probe.md has the measurements). */
export const usualResources: Resources = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } }

export interface ContainerOptions {
  readonly name: string
  readonly args?: readonly string[]
  readonly ports?: readonly unknown[]
  readonly resources?: Resources
}

/**
 * Arguments of a probe that shares its network: it listens only on loopback, and its health port is not a fixed one.
 */
export function sharedNetworkArgs(port: number): readonly string[] {
  return ['--control-port', String(port), '--health-port', '0', '--health-address', '127.0.0.1']
}

/** The probe's container, as Pod Security `restricted` requires: no root, no capabilities, no writable file system. */
export function probeContainer(
  run: Pick<RunFacts, 'image' | 'tokenSha256' | 'concurrency'>,
  { name, args = [], ports, resources = usualResources }: ContainerOptions,
) {
  return {
    name,
    image: run.image,
    imagePullPolicy: 'IfNotPresent',
    args,
    resources,
    env: [
      { name: 'CROSSCHECK_TOKEN_SHA256', value: run.tokenSha256 },
      { name: 'CROSSCHECK_CONCURRENCY', value: String(run.concurrency ?? usualConcurrency) },
    ],
    ...(ports === undefined || ports.length === 0 ? {} : { ports }),
    securityContext: restricted,
  }
}

/** A container's security context, also for ephemeral containers. */
const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

/** Settings of all pods of a run: no service account token, no Service environment variables, short termination. */
export function podDefaults(run: Pick<RunFacts, 'imagePullSecret'>) {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(run.imagePullSecret === undefined ? {} : { imagePullSecrets: [{ name: run.imagePullSecret }] }),
  }
}

/**
 * Never ready: the readiness gate is for Services, and a readiness probe on a port that is never open is for load
 * balancers that check containers.
 */
export const neverReady = {
  spec: { readinessGates: [{ conditionType: neverGate }] },
  container: { readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: 3600, failureThreshold: 1 } },
}

/** Ready as soon as its listeners are open. */
export const readyWhenListening = {
  readinessProbe: { httpGet: { path: '/readyz', port: healthPort }, periodSeconds: 1, failureThreshold: 3 },
}

/** Annotations that opt out of sidecars of service meshes; none if the mesh is wanted. */
export function sidecarMarks({ mesh = false }: Pick<RunFacts, 'mesh'>): Labels {
  return mesh ? {} : { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' }
}

/** Spreads probes of all namespaces over nodes if possible, so that paths between nodes are tested. */
export const spread = {
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            namespaceSelector: {},
            labelSelector: { matchLabels: { [ownedLabel]: 'true' } },
          },
        },
      ],
    },
  },
}

/** Schedules a pod on one node by name, as the DaemonSet controller does. */
export function onNode(node: string) {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  const required = { nodeSelectorTerms: [{ matchFields }] }
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }
}
