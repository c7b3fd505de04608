import { checkSchemas } from '../../checks/check.ts'
import { type Layer4, layer4Of, layer4OfOutcome } from '../../checks/layer4.ts'
import type { Outcome } from '../../checks/outcome.ts'
import { reasonText } from '../../checks/reason-text.ts'
import type { Fabric, Probe } from '../../fabric/fabric.ts'
import type { Pod, World } from '../../fabric/world.ts'
import { transportCheck } from '../plan/checks.ts'
import { podByAddress } from '../plan/control-targets.ts'
import { type Socket, socketKey, socketText } from '../plan/planned-check.ts'
import { closedPort } from './canary-objects.ts'
import type { ControlResult } from './controls.ts'

/** The deadline of a connection inside one host, in milliseconds. It never leaves the machine. */
const insideMs = 1_000

/** The controls of the targets: which sockets answer, and at which addresses a proxy answers. */
export interface TargetControls {
  readonly alive: ReadonlyMap<string, ControlResult>
  readonly intercepted: ReadonlySet<string>
}

export interface TargetOptions {
  readonly fabric: Fabric
  readonly world: World
  readonly signal: AbortSignal
}

/** Connects to every target pod from inside the pod's network namespace, where no policy applies (docs/semantics.md#rule-53). */
export async function controlTargets(
  sockets: readonly Socket[],
  { fabric, world, signal }: TargetOptions,
): Promise<TargetControls> {
  const homes = podByAddress(world)
  const byPod = Map.groupBy(sockets, ({ address }) => homes.get(address))
  const alive = new Map<string, ControlResult>()
  const intercepted = new Set<string>()
  await Promise.all(
    [...byPod].map(async ([pod, own]) => {
      if (pod === undefined) {
        const standIns = fabric.capabilities.builtFromManifests
          ? await answeringStandIns(own, { fabric, world, signal })
          : new Set<Socket>()
        for (const socket of own) alive.set(socketKey(socket), standIns.has(socket) ? standIn(socket) : nobody(socket))
        return
      }
      const inside = await fabric.probe({ kind: 'inside', namespace: pod.namespace, pod: pod.name }, signal)
      const seen =
        'unavailable' in inside ? whyNot(pod, inside.unavailable) : await connectAll(inside, own, { world, signal })
      for (const [index, socket] of own.entries()) {
        const where = `${pod.namespace}/${pod.name}`
        const shown = shownInside(where, socket, typeof seen === 'string' ? seen : seen[index])
        alive.set(socketKey(socket), shown.shown === undefined ? (askedByKubelet(pod, socket) ?? shown) : shown)
      }
      for (const address of await proxied(pod, fabric, signal)) intercepted.add(address)
    }),
  )
  return { alive, intercepted }
}

/** The result of each socket, in order; undefined if the check did not run. */
async function connectAll(
  probe: Probe,
  sockets: readonly Socket[],
  { world, signal }: Omit<TargetOptions, 'fabric'>,
): Promise<InsideView[]> {
  const seen: InsideView[] = []
  const checks = sockets.map((socket, index) => ({
    ...transportCheck(socket, { deadlineMs: insideMs, attempts: 1 }, world),
    id: String(index),
  }))
  for await (const { id, outcome } of probe.run(checks, signal)) {
    const layer4 = layer4OfOutcome(outcome, checks[Number(id)]?.kind ?? 'tcp')
    seen[Number(id)] = { layer4, outcome }
  }
  return seen
}

interface InsideView {
  readonly layer4: Layer4
  readonly outcome: Outcome
}

function shownInside(where: string, socket: Socket, seen: InsideView | string | undefined): ControlResult {
  const none = (why: string): ControlResult => ({ shown: undefined, kind: 'none', sentence: `no control: ${why}` })
  if (typeof seen === 'string') return none(seen)
  const text = `${socketText(socket)}/${socket.protocol}`
  if (seen === undefined || seen.layer4 === 'none')
    return none(`${text} could not be asked from inside ${where} (${seen?.outcome.detail ?? 'no answer'})`)
  if (seen.layer4 === 'open')
    return { shown: true, kind: 'inside', sentence: `${where} answers on ${text} when asked from inside` }
  const sentence = `nothing listens on ${text}: ${reasonText(seen.outcome.reason)} even from inside ${where}`
  return { shown: false, kind: 'inside', sentence }
}

/** The pod is ready and its readiness probe uses this socket, so something listens there. This needs no extra permission. */
function askedByKubelet(
  { namespace, name, answering = [] }: Pod,
  { address, port, ...socket }: Socket,
): ControlResult | undefined {
  const isAsked = answering.some((each) => each.address === address && each.port === port)
  if (!isAsked || socket.protocol !== 'TCP') return undefined
  const text = `${socketText({ address, port, ...socket })}/${socket.protocol}`
  const sentence = `${namespace}/${name} answers its kubelet's readiness probe on ${text}`
  return { shown: true, kind: 'readiness', sentence }
}

/** Why there is no control. If the pod does not run, that is the reason, not the missing probe. */
function whyNot({ namespace, name, trouble }: Pod, why: string): string {
  return trouble === undefined ? why : `${namespace}/${name} does not run: ${trouble}`
}

/** The addresses outside the lab's cluster at which a stand-in answers on the stand-in's host. */
async function answeringStandIns(sockets: readonly Socket[], { fabric, world, signal }: TargetOptions) {
  const probe = await fabric.probe({ kind: 'outside' }, signal)
  const seen = 'unavailable' in probe ? [] : await connectAll(probe, sockets, { world, signal })
  return new Set(sockets.filter((_, index) => seen[index]?.layer4 === 'open'))
}

function standIn(socket: Socket): ControlResult {
  const sentence = `a stand-in of the lab answers on ${socketText(socket)}/${socket.protocol} when asked on its own host`
  return { shown: true, kind: 'stand-in', sentence }
}

function nobody(socket: Socket): ControlResult {
  const sentence = `no pod has the address ${socket.address}, and no other path of this run reached it`
  return { shown: undefined, kind: 'none', sentence }
}

/**
 * Addresses of the pod at which a port that is known to be closed accepts a connection from the pod's node. No policy blocks traffic from the node
 * (docs/semantics.md#rule-51).
 */
async function proxied(pod: Pod, fabric: Fabric, signal: AbortSignal): Promise<string[]> {
  const probe = await fabric.probe({ kind: 'node', node: pod.node, control: true }, signal)
  if ('unavailable' in probe) return []
  const checks = pod.addresses.map((host, index) =>
    checkSchemas.tcp.parse({ kind: 'tcp', id: String(index), host, port: closedPort, deadlineMs: insideMs }),
  )
  const found: string[] = []
  for await (const { id, outcome } of probe.run(checks, signal)) {
    const address = pod.addresses[Number(id)]
    if (address !== undefined && layer4Of(outcome.reason) === 'open') found.push(address)
  }
  return found
}
