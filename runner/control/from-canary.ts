import { layer4OfOutcome, looksShut } from '../../checks/layer4.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import { isolatingPolicies } from '../../fabric/isolation.ts'
import type { World } from '../../fabric/world.ts'
import type { ObservedConnections } from '../observe/observe.ts'
import { transportCheck } from '../plan/checks.ts'
import { familyOf, type Socket, socketKey, socketText } from '../plan/planned-check.ts'
import type { Canary } from './canary.ts'
import { closedPort } from './canary-objects.ts'
import type { ControlResult, Controls } from './controls.ts'

export interface CanaryConnectionOptions {
  readonly fabric: Fabric
  readonly world: World
  readonly canary: Canary
  readonly observedConnections: ObservedConnections
  /** The results of cheaper controls. */
  readonly controls: Controls
  readonly signal: AbortSignal
}

/** For targets that did not respond, have no other control and are not isolated for ingress: whether they answer a canary that no policy isolates. */
export async function controlFromCanary(options: CanaryConnectionOptions): Promise<ReadonlyMap<string, ControlResult>> {
  const { canary, fabric, signal } = options
  const silent = [...silentSockets(options).values()]
  const [at] = canary.listeners
  if (silent.length === 0 || at === undefined) return new Map()
  const [node, pod] = at
  const probe = await fabric.probe({ kind: 'inside', namespace: pod.namespace, pod: pod.name }, signal)
  if ('unavailable' in probe) return new Map()
  const shown = new Map<string, ControlResult>()
  for (const socket of await answering(silent, probe, options)) {
    const sentence = `${socketText(socket)}/${socket.protocol} answers the canary on ${node}, which no policy holds`
    shown.set(socketKey(socket), { shown: true, kind: 'canary', sentence })
  }
  return shown
}

/** Keyed by `socketKey`. */
function silentSockets({ observedConnections, controls, world }: CanaryConnectionOptions): ReadonlyMap<string, Socket> {
  const found = new Map<string, Socket>()
  for (const [{ destination, check }, observations] of observedConnections) {
    if (!observations.some(({ outcome }) => looksShut(outcome, check.kind))) continue
    if (destination.kind !== 'pod' || isolatingPolicies(destination.pod, 'ingress', world).length > 0) continue
    if (controls.targetAlive(destination.socket).shown === undefined)
      found.set(socketKey(destination.socket), destination.socket)
  }
  return found
}

/**
 * The sockets that answer. An address does not count if a port that is known to be closed accepts a connection too: something in between answers
 * there.
 */
async function answering(sockets: readonly Socket[], probe: Probe, { fabric, world, signal }: CanaryConnectionOptions) {
  const { allowed } = fabric.timing
  const own = new Set(probe.addresses.map(familyOf))
  const asked = sockets.filter(({ family }) => own.has(family))
  const checks = asked.flatMap((socket, index) => [
    { ...transportCheck(socket, allowed, world), id: String(index) },
    { ...transportCheck({ ...socket, port: closedPort, protocol: 'TCP' }, allowed, world), id: `closed ${index}` },
  ])
  const kinds = new Map(checks.map(({ id, kind }) => [id, kind]))
  const open = new Set<string>()
  for await (const { id, outcome } of probe.run(checks, signal))
    if (layer4OfOutcome(outcome, kinds.get(id) ?? 'tcp') === 'open') open.add(id)
  return asked.filter((_, index) => open.has(String(index)) && !open.has(`closed ${index}`))
}
