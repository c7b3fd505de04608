import { listed } from '../../fabric/lookup/listed.ts'
import type { Pod, Service } from '../../fabric/world.ts'
import { contains } from '../../policy/cidr.ts'
import type { PolicyRule } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { mentionsOf } from '../hosts/mention.ts'
import { isolatorsOf } from '../isolators.ts'
import { type PortAt, portsIn } from '../policy-rules.ts'
import { includesPort, rangesIn } from '../port-ranges.ts'
import type { Rule } from '../rule.ts'

/**
 * `kubernetes.default:443` is translated to the API server's own port (docs/semantics.md, rules 56 and 57). The port is known if the input
 * has its endpoints.
 */
export const apiServerPort: Rule = {
  id: 'api-server-port',
  severity: 'warning',
  summary: 'an egress rule to the API server by the port of Service default/kubernetes, where it listens on another',
  restsOnPresence: true,
  *find(context) {
    const server = apiServerOf(context)
    if (server === undefined) return
    for (const at of portsIn(context)) {
      const reach = at.direction === 'egress' ? reachOf(at, server, context) : undefined
      if (reach === undefined) continue
      const { address, port } = server.targets[0]!
      const message = `${at.port.port}/TCP is the port of Service default/kubernetes; the API server listens on ${listed(server.targets.map((each) => `${each.address}:${each.port}`))}, and policies are judged there`
      yield {
        object: at.object,
        path: [...at.portPath, 'port'],
        message,
        fix:
          reach === 'named'
            ? `write port: ${port}`
            : `if the API server is meant, add - to: [{ipBlock: {cidr: ${address}/${address.includes(':') ? 128 : 32}}}] with ports: [{port: ${port}}]`,
        ...(reach === 'named' ? {} : { severity: 'info' as const }),
      }
    }
  },
}

interface ApiServer {
  readonly service: Service
  readonly targets: readonly { readonly address: string; readonly port: number; readonly protocol: 'TCP' }[]
}

/** Undefined if its endpoints are not in the input, or listen on the Service's port. */
function apiServerOf({ services }: Context): ApiServer | undefined {
  const service = services.find(
    (each) => each.service.namespace === 'default' && each.service.name === 'kubernetes',
  )?.service
  const targets = (service?.manualEndpoints ?? []).flatMap(({ addresses, ports }) =>
    addresses.flatMap((address) => ports.map(({ port }) => ({ address, port, protocol: 'TCP' as const }))),
  )
  if (service === undefined || targets.length === 0) return undefined
  return targets.some(({ port }) => service.ports.some((each) => each.port === port)) ? undefined : { service, targets }
}

/** `named` if the rule's networks are the API server's. `everyone` if they are all addresses and the pods probably call the API. */
function reachOf(at: PortAt, { service, targets }: ApiServer, context: Context): 'named' | 'everyone' | undefined {
  const { port, protocol = 'TCP' } = at.port
  if (protocol !== 'TCP' || !service.ports.some((each) => each.port === port)) return undefined
  const { policy } = at
  const pods = context.population.select(policy.namespace, policy.podSelector)
  const policies = [...new Set(pods.flatMap((pod) => isolatorsOf(context).egress.get(pod) ?? []))]
  const rules = [policy, ...policies.map((each) => each.policy)].flatMap(({ egress }) => egress)
  const open = (rule: PolicyRule) =>
    targets.some((target) => includesPort(rangesIn(rule), target) && holds(rule, target.address))
  if (rules.some(open) || !targets.some(({ address }) => holds(at.rule, address))) return undefined
  const { peers } = at.rule
  const everyone = peers.length === 0 || peers.some(({ ipBlock }) => ipBlock?.cidr.endsWith('/0'))
  if (!everyone) return 'named'
  return pods.some((pod) => callsApi(pod, context)) ? 'everyone' : undefined
}

/** A service account of its own, or the name of the Service in its variables, suggests that a pod calls the API. */
function callsApi(pod: Pod, context: Context): boolean {
  if (pod.serviceAccount !== 'default') return true
  const workload = context.workloadOf(pod)
  return mentionsOf(context).some(({ object, text }) => object === workload && text.includes('kubernetes.default'))
}

/** The API server is on the host network, so no selector matches it (docs/semantics.md, rule 50). */
function holds({ peers }: PolicyRule, address: string): boolean {
  if (peers.length === 0) return true
  return peers.some(
    ({ ipBlock }) =>
      ipBlock !== undefined &&
      contains(ipBlock.cidr, address) &&
      !(ipBlock.except ?? []).some((each) => contains(each, address)),
  )
}
