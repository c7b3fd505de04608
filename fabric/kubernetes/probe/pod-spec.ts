import type { Labels } from '../../../policy/types.ts'
import { ownedLabel } from '../../owned.ts'
import type { RunFacts } from '../run-facts.ts'

/** Where the probe takes checks: on the loopback of its pod (docs/reference/probe.md). */
export const controlPort = 28_171
const healthPort = 28_172
const user = 65_532

/** Connections that a source has in flight (docs/verdicts.md#time). */
const usualConcurrency = 50

/** A condition that nobody sets: a pod that waits for it is never ready, so that no Service sends it traffic. */
const neverGate = 'crosscheck.dev/never'

export interface Resources {
  readonly requests: Labels
  readonly limits: Labels
}

/** What a probe asks for where nothing else is demanded (docs/reference/probe.md has what it was measured with). */
export const usualResources: Resources = { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '128Mi' } }

export interface ContainerOptions {
  readonly name: string
  readonly args?: readonly string[]
  readonly ports?: readonly unknown[]
  readonly resources?: Resources
}

/** Where a probe listens that shares its network with others: on loopback alone, and for its health on no known port. */
export function sharedNetworkArgs(port: number): readonly string[] {
  return ['--control-port', String(port), '--health-port', '0', '--health-address', '127.0.0.1']
}

/** The probe's container as Pod Security `restricted` wants it: no root, no capability, nothing to write to. */
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

/** The security context of a container, alike for ephemeral ones. */
const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: user,
  runAsGroup: user,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

/** What all pods of a run share: no token of a service account, no environment of Services, a quick end. */
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

/** Never ready, for Services by the gate, for load balancers that look at containers by a probe of a port that is never open. */
export const neverReady = {
  spec: { readinessGates: [{ conditionType: neverGate }] },
  container: { readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: 3600, failureThreshold: 1 } },
}

/** Ready as soon as its listeners are open. */
export const readyWhenListening = {
  readinessProbe: { httpGet: { path: '/readyz', port: healthPort }, periodSeconds: 1, failureThreshold: 3 },
}

/** Annotations by which service meshes leave a pod alone; none where the mesh is meant to be there. */
export function sidecarMarks({ mesh = false }: Pick<RunFacts, 'mesh'>): Labels {
  return mesh ? {} : { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' }
}

/** Probes keep apart, whatever their namespaces, where there is room: so that ways from node to node are among those that are asked. */
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

/** The scheduler's way to one node by name, as the DaemonSet controller takes it. */
export function onNode(node: string) {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  const required = { nodeSelectorTerms: [{ matchFields }] }
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } }
}
