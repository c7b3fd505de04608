import pLimit from 'p-limit'
import { looksShut } from '../../checks/layer4.ts'
import type { Fabric } from '../../fabric/fabric.ts'
import type { Pod } from '../../fabric/world.ts'
import type { ObservedConnections } from '../observe/observe.ts'
import { familyOf, type Socket, socketKey, socketText } from '../plan/planned-check.ts'
import type { ControlResult, Controls } from './controls.ts'

/** Port-forwards at the same time. */
const atOnce = 16

export interface ForwardOptions {
  readonly fabric: Fabric
  readonly observedConnections: ObservedConnections
  /** The results of cheaper controls. */
  readonly controls: Controls
  readonly signal: AbortSignal
}

/** For targets that did not respond and have no other control: whether a port-forward reaches a listener (docs/verdicts.md#condition-2). */
export async function controlByForward(options: ForwardOptions): Promise<ReadonlyMap<string, ControlResult>> {
  const { fabric, signal } = options
  if (fabric.forwards === undefined) return new Map()
  const turn = pLimit(atOnce)
  const asked = [...unshown(options)].map(async ([key, { pod, socket }]) => {
    const { namespace, name } = pod
    const takes = await turn(() => fabric.forwards?.({ namespace, pod: name, port: socket.port }, signal))
    return takes === true ? [[key, shownBy(pod, socket)] as const] : []
  })
  return new Map((await Promise.all(asked)).flat())
}

/**
 * The targets to test. A port-forward connects to the pod's loopback, so it is no evidence for UDP, for the host's network, for the second family, or
 * after a refusal.
 */
function unshown({ observedConnections, controls }: ForwardOptions) {
  const found = new Map<string, { readonly pod: Pod; readonly socket: Socket }>()
  for (const [{ destination, check }, observations] of observedConnections) {
    if (destination.kind !== 'pod' || destination.socket.protocol !== 'TCP' || destination.pod.hostNetwork) continue
    if (familyOf(destination.pod.addresses[0] ?? '') !== destination.socket.family) continue
    const silent = observations.some(({ outcome }) => looksShut(outcome, check.kind))
    if (silent && controls.targetAlive(destination.socket).shown === undefined)
      found.set(socketKey(destination.socket), destination)
  }
  return found
}

function shownBy({ namespace, name }: Pod, socket: Socket): ControlResult {
  const sentence = `something in ${namespace}/${name} takes connections on port ${socket.port}, by a port-forward to its loopback (${socketText(socket)} itself was not asked)`
  return { shown: true, kind: 'port-forward', sentence }
}
