import { checkSchemas } from '../../checks/check.ts'
import { layer4Of } from '../../checks/layer4.ts'
import type { Reason } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { Family } from '../../checks/vantage.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import { isolatingPolicies, policyNames } from '../../fabric/isolation.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { familyOf, type PlannedCheck, type SourceKey } from '../plan/planned-check.ts'
import type { Canary } from './canary.ts'
import { canaryPort, closedPort } from './canary-objects.ts'
import type { ControlResult } from './controls.ts'

/**
 * What a source reached: the canary's open listener, per node and family; and where a port that is known to be closed answered: everywhere, or at
 * these addresses.
 */
export interface SourceControls {
  readonly alive: ReadonlyMap<string, ControlResult>
  /** For a source that is not a pod and may reach nodes but no pods: per node and family, the same listener at the pod's address. */
  readonly pods?: ReadonlyMap<string, ControlResult>
  readonly intercepted: boolean
  readonly interceptedAt: ReadonlySet<string>
}

export interface SourceOptions {
  readonly fabric: Fabric
  readonly world: World
  readonly canary: Canary
  readonly plannedChecks: readonly PlannedCheck[]
  /** The deadline of a connection, in milliseconds: that of an allowed path. */
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** `node/family`, the key of a place that a source reached. */
export function placeKey(node: string, family: Family): string {
  return `${node}/${family}`
}

/**
 * Connects from one source to the canary's open listener and to its closed port, on each node of the run (docs/verdicts.md#condition-3 and
 * #condition-5).
 */
async function controlSource(key: SourceKey, probe: Probe, options: SourceOptions): Promise<SourceControls> {
  const { world, canary, deadlineMs, signal } = options
  const destinations = [...canary.listeners].flatMap(([node, pod]) =>
    addressesFor(probe, node, pod, world).map((host) => ({ node, host, family: familyOf(host) })),
  )
  const inCluster = probe.identity.kind !== 'outside'
  const checks = destinations.flatMap(({ host }, index) => [
    checkSchemas.tcp.parse({
      kind: 'tcp',
      id: `${index}.open`,
      host,
      port: inCluster ? canaryPort : closedPort,
      deadlineMs,
    }),
    checkSchemas.tcp.parse({ kind: 'tcp', id: `${index}.closed`, host, port: closedPort, deadlineMs }),
  ])
  const asksPods = options.plannedChecks.some(({ source, destination }) => source === key && destination.kind === 'pod')
  const homes = inCluster || !asksPods ? [] : podsFor(probe, options)
  const connected = inCluster ? [] : options.plannedChecks.flatMap((plannedCheck) => connectedBy(key, plannedCheck))
  const beyond = [...new Set([...connected, ...homes.map(({ host }) => host)])]
  const listeners = homes.map(({ host }) =>
    checkSchemas.tcp.parse({ kind: 'tcp', id: `pod ${host}`, host, port: canaryPort, deadlineMs }),
  )
  const elsewhere = beyond.map((host) =>
    checkSchemas.tcp.parse({ kind: 'tcp', id: host, host, port: closedPort, deadlineMs }),
  )
  const saw = new Map<string, Reason>()
  for await (const { id, outcome } of probe.run([...checks, ...elsewhere, ...listeners], signal))
    saw.set(id, outcome.reason)
  const isOpen = (id: string) => layer4Of(saw.get(id) ?? 'not_run') === 'open'
  const alive = await Promise.all(
    destinations.map(async ({ node, host, family }, index) => {
      const reason = saw.get(`${index}.open`) ?? 'not_run'
      const shown = layer4Of(reason) === 'open' || (!inCluster && reason === 'connect_refused')
      return [
        placeKey(node, family),
        shown ? reached(node, host) : await otherwise(probe, { ...options, node, family, reason }),
      ] as const
    }),
  )
  const pods = homes.map(({ node, host, family }) => {
    const isReached = isOpen(`pod ${host}`) && !isOpen(host)
    return [placeKey(node, family), isReached ? reached(node, host) : noWay(node, host)] as const
  })
  return {
    alive: new Map(alive),
    ...(inCluster ? {} : { pods: new Map(pods) }),
    intercepted: destinations.some((_, index) => isOpen(`${index}.closed`)),
    interceptedAt: new Set(beyond.filter(isOpen)),
  }
}

/** The route from outside depends on the address, so a proxy may answer for pods and not for nodes. */
function connectedBy(key: SourceKey, { source, destination }: PlannedCheck): string[] {
  return source === key && destination.kind !== 'name' ? [destination.socket.address] : []
}

/** The addresses to try. Clients outside have no route to pods, so they connect to the node; a refusal counts as an answer. */
function addressesFor(probe: Probe, node: string, listener: Pod, world: World): readonly string[] {
  const own = new Set(probe.addresses.map(familyOf))
  const all =
    probe.identity.kind === 'outside' ? world.nodes.find((each) => each.name === node)?.addresses : listener.addresses
  return (all ?? []).filter((address) => own.has(familyOf(address)))
}

/** The open canaries at their pod addresses, for paths to pods at their pod addresses. */
function podsFor({ addresses }: Probe, { canary }: SourceOptions) {
  const own = new Set(addresses.map(familyOf))
  return [...canary.listeners]
    .flatMap(([node, pod]) => pod.addresses.map((host) => ({ node, host, family: familyOf(host) })))
    .filter(({ family }) => own.has(family))
}

function noWay(node: string, host: string): ControlResult {
  const sentence = `from there no pod on ${node} is reached at its own address: not even the canary (${host}), which is open to all`
  return { shown: false, kind: 'canary-listener', sentence }
}

function reached(node: string, host: string): ControlResult {
  return { shown: true, kind: 'canary-listener', sentence: `the source reached a listener on ${node} (${host})` }
}

interface Elsewise extends SourceOptions {
  readonly node: string
  readonly family: Family
  readonly reason: Reason
}

/** If the source's egress policy forbids the control, tests the source's link from the nodes, which no ingress policy blocks. */
async function otherwise(
  probe: Probe,
  { fabric, world, node, family, reason, signal }: Elsewise,
): Promise<ControlResult> {
  const nothing = `the source reached nothing on ${node} over IPv${family}; of a listener there that is open to all it saw: ${reasonText(reason)}`
  const isolating = probe.pod === undefined ? [] : isolatingPolicies(probe.pod, 'egress', world)
  if (probe.pod === undefined || isolating.length === 0)
    return { shown: false, kind: 'canary-listener', sentence: nothing }
  const forbidden = `its egress policy ${policyNames(isolating)} forbids the control`
  const hops = [
    { from: probe.pod.node, to: probe.pod.addresses },
    { from: node, to: world.nodes.find((each) => each.name === probe.pod?.node)?.addresses ?? [] },
  ]
  const answers = await Promise.all(hops.map(({ from, to }) => answersFrom(fabric, { node: from, to, family, signal })))
  if (answers.includes(false))
    return { shown: false, kind: 'egress-policy', sentence: `${nothing}; its link does not answer its node either` }
  if (answers.includes(undefined)) return { shown: true, kind: 'egress-policy', sentence: forbidden }
  return { shown: true, kind: 'egress-policy', sentence: `${forbidden}; its link answers from ${node}` }
}

interface Hop {
  readonly node: string
  readonly to: readonly string[]
  readonly family: Family
  readonly signal: AbortSignal
}

/** Whether a host answers its node. A refusal counts as an answer. Undefined if the check cannot run. */
async function answersFrom(fabric: Fabric, { node, to, family, signal }: Hop): Promise<boolean | undefined> {
  const host = to.find((address) => familyOf(address) === family)
  if (host === undefined) return undefined
  const probe = await fabric.probe({ kind: 'node', node, control: true }, signal)
  if ('unavailable' in probe) return undefined
  const check = checkSchemas.tcp.parse({ kind: 'tcp', host, port: closedPort, deadlineMs: 1_000 })
  for await (const { outcome } of probe.run([check], signal)) {
    if (outcome.reason === 'not_run') return undefined
    return layer4Of(outcome.reason) === 'open' || outcome.reason === 'connect_refused'
  }
  return undefined
}

/** Runs the controls of all sources at once. */
export async function controlSources(probes: ReadonlyMap<SourceKey, Probe>, options: SourceOptions) {
  const entries = [...probes].map(async ([key, probe]) => [key, await controlSource(key, probe, options)] as const)
  return new Map(await Promise.all(entries))
}
