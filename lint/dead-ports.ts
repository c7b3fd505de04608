import type { ContainerPort, Pod, Service, ServicePort } from '../fabric/world.ts'
import { matchesSelector } from '../policy/selector.ts'
import type { PolicyPort, Protocol } from '../policy/types.ts'
import type { Context } from './context.ts'
import { coversPort } from './covers.ts'
import { perContext } from './per-context.ts'
import { destinationsOf, type PortAt, portsIn } from './policy-rules.ts'

/** A port of a rule on which no pod that the rule applies to listens. */
export interface DeadPort extends PortAt {
  readonly pods: readonly Pod[]
  /** The port as messages show it: `80/TCP`. */
  readonly wanted: string
  readonly cause: Cause
}

/** The likely reason. */
type Cause =
  | { readonly kind: 'name' }
  | { readonly kind: 'name-of-network' }
  | { readonly kind: 'service-port'; readonly service: Service; readonly target: ServicePort['targetPort'] }
  | { readonly kind: 'protocol'; readonly other: Protocol }
  | { readonly kind: 'internet' }
  | { readonly kind: 'unknown'; readonly ports: readonly ContainerPort[] }

/**
 * Finds all dead ports of all rules. A pod that declares no port is ignored, because its ports are unknown (docs/semantics.md, rule 46).
 */
export const deadPortsOf = perContext((context: Context): readonly DeadPort[] =>
  portsIn(context).flatMap((at) => {
    const found = typeof at.port.port === 'string' ? deadName(at, context) : deadNumber(at, context)
    if (found === undefined) return []
    const { port, endPort, protocol = 'TCP' } = at.port
    return [{ ...at, ...found, wanted: `${port}${endPort === undefined ? '' : `-${endPort}`}/${protocol}` }]
  }),
)

type Dead = Pick<DeadPort, 'pods' | 'cause'>

/** docs/semantics.md, rules 41 to 43. */
function deadName(at: PortAt, context: Context): Dead | undefined {
  const { peers } = at.rule
  const networks = at.direction === 'egress' && peers.length > 0 && peers.every(({ ipBlock }) => ipBlock !== undefined)
  if (networks) return { pods: [], cause: { kind: 'name-of-network' } }
  const found = destinationsOf(at, context)
  const pods = found === 'everybody' ? context.world.pods : found
  const declared = pods.some((pod) =>
    pod.ports.some(({ name, protocol }) => name === at.port.port && protocol === (at.port.protocol ?? 'TCP')),
  )
  return pods.length === 0 || declared ? undefined : { pods, cause: { kind: 'name' } }
}

function deadNumber(at: PortAt, context: Context): Dead | undefined {
  const pods = destinationsOf(at, context)
  if (at.port.port === undefined || pods === 'everybody' || pods.length === 0) return undefined
  const { population } = context
  if (pods.some((pod) => population.listening(pod).some((port) => coversPort(at.port, port, pod)))) return undefined
  const cause = causeOf(at, pods, context)
  return cause === undefined ? undefined : { pods, cause }
}

function causeOf(at: PortAt, pods: readonly Pod[], context: Context): Cause | undefined {
  const service = serviceWith(at.port, pods, context)
  if (service !== undefined) return { kind: 'service-port', ...service }
  const { ports, silent } = context.population.listeningAll(pods)
  const { protocol = 'TCP' } = at.port
  const other = ports.find((port) => port.protocol !== protocol && port.port === at.port.port)?.protocol
  if (other !== undefined) return { kind: 'protocol', other }
  if (meansInternet(at)) return { kind: 'internet' }
  return silent ? undefined : { kind: 'unknown', ports }
}

/** A Service with that port which forwards to another port of one of the pods. */
function serviceWith(item: PolicyPort, pods: readonly Pod[], { population }: Context) {
  for (const namespace of new Set(pods.map((pod) => pod.namespace))) {
    for (const service of population.servicesIn(namespace)) {
      const { selector } = service
      const port = service.ports.find((each) => each.port === item.port && each.protocol === (item.protocol ?? 'TCP'))
      if (selector === undefined || port === undefined) continue
      const leads = pods.some(
        (pod) => pod.namespace === namespace && matchesSelector({ matchLabels: selector }, pod.labels),
      )
      if (leads) return { service, target: port.targetPort }
    }
  }
  return undefined
}

/** `namespaceSelector: {}` with web ports: a common mistake when the author means external clients (docs/semantics.md, rule 18). */
function meansInternet({ direction, rule, port }: PortAt): boolean {
  const everyPod = rule.peers.some(
    ({ namespaceSelector, podSelector }) =>
      namespaceSelector !== undefined && Object.keys({ ...namespaceSelector, ...podSelector }).length === 0,
  )
  return direction === 'egress' && everyPod && (port.port === 443 || port.port === 80)
}
