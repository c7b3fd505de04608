import { type Endpoint, endpointsOf } from '../../fabric/endpoints.ts'
import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import type { Pod } from '../../fabric/world.ts'
import { type ApiCallback, apiCallbacksIn } from '../api-callbacks.ts'
import type { Context } from '../context.ts'
import { ruleCoversPort } from '../covers.ts'
import { isolatorsOf } from '../isolators.ts'
import { othersMayAllow } from '../other-policies.ts'
import type { Rule } from '../rule.ts'

/** The API server is on the host network, or outside the cluster: no selector matches it (docs/semantics.md, rules 22 and 50). */
export const webhookBlocked: Rule = {
  id: 'webhook-blocked',
  severity: 'warning',
  summary: 'a webhook or an APIService whose pods are isolated, without a rule by which the API server reaches them',
  *find(context) {
    // The API server on the pod's own node is always allowed (docs/semantics.md, rule 51).
    if (context.objects.filter(({ kind, apiVersion }) => kind === 'Node' && apiVersion === 'v1').length === 1) return
    const known = new Set<string>()
    for (const callback of apiCallbacksIn(context)) {
      const closed = closedEndpoints(callback, context)
      const { object, namespace, name, port } = callback
      const key = `${object.kind} ${object.name} ${namespace}/${name}:${port}`
      if (closed.length === 0 || known.has(key)) continue
      known.add(key)
      const pods = closed.map((each) => each.pod)
      const ports = listed(closed.map(({ targetPort, protocol }) => `${targetPort}/${protocol}`))
      const policies = listed(
        pods.flatMap((pod) =>
          isolatorsOf(context)
            .ingress.get(pod)!
            .map((each) => each.policy.name),
        ),
      )
      const message = `the API server calls ${namespace}/${name}:${port}, and no podSelector or namespaceSelector matches it; ${workloadsOf(pods)} is isolated for ingress by ${policies}, and no rule allows ${ports} from its address: the calls fail`
      const proxied = closed.every((end) => isOpenToProxy(end, context))
      yield {
        object,
        path: [...callback.path, 'name'],
        message: proxied
          ? `${message}, unless a pod of kube-system makes them for it, such as konnectivity-agent`
          : message,
        fix: fixOf(closed[0]!.targetPort),
        ...(proxied ? { severity: 'info' as const } : {}),
      }
    }
  },
}

/** The network is reserved for documentation (RFC 5737). */
function fixOf(port: number): string {
  return `add to spec.ingress of a policy that selects the pods:
- from: [{ipBlock: {cidr: 203.0.113.0/24}}]   # replace by the addresses of your API servers
  ports: [{port: ${port}}]`
}

type PodEndpoint = Endpoint & { readonly pod: Pod }

/** Endpoints of the callback's port that no rule opens to external addresses. A network may contain the API server's address. */
function closedEndpoints({ namespace, name, port }: ApiCallback, context: Context): PodEndpoint[] {
  const service = context.population.servicesIn(namespace).find((each) => each.name === name)
  if (service === undefined || othersMayAllow(namespace, context)) return []
  return endpointsOf(service, context.world).filter((end): end is PodEndpoint => {
    const isolated = end.pod !== undefined && isolatorsOf(context).ingress.has(end.pod)
    if (!isolated || end.port !== port || end.protocol !== 'TCP') return false
    return !rulesFor(end as PodEndpoint, context).some(
      ({ peers }) => peers.length === 0 || peers.some(({ ipBlock }) => ipBlock !== undefined),
    )
  })
}

/** Hosted clusters may send the calls through a pod (kubernetes.io, "Set up Konnectivity service"). */
function isOpenToProxy(end: PodEndpoint, context: Context): boolean {
  return rulesFor(end, context).some(({ peers }) =>
    peers.some(
      ({ namespaceSelector }) =>
        namespaceSelector !== undefined &&
        context.population.namespacesOf(namespaceSelector).some(({ name }) => name === 'kube-system'),
    ),
  )
}

/** The ingress rules of the pod that cover the port. */
function rulesFor({ pod, targetPort: port, protocol }: PodEndpoint, context: Context) {
  return isolatorsOf(context)
    .ingress.get(pod)!
    .flatMap(({ policy }) => policy.ingress)
    .filter((rule) => ruleCoversPort(rule, { port, protocol }, pod))
}
