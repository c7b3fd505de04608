import { isDeepStrictEqual } from 'node:util'
import { endpointsOf } from '../../fabric/endpoints.ts'
import { workloadsOf } from '../../fabric/lookup/listed.ts'
import type { Pod } from '../../fabric/world.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { PolicyRule } from '../../policy/types.ts'
import type { Context, PolicyObject, ServiceObject } from '../context.ts'
import { ruleCoversPort } from '../covers.ts'
import type { Rule } from '../rule.ts'

/** The verdict is per endpoint (docs/semantics.md, rule 55): such a Service works intermittently. */
export const servicePartlySelected: Rule = {
  id: 'service-partly-selected',
  severity: 'warning',
  summary: 'a policy that opens a Service on some of its pods and not on the others',
  *find(context) {
    const byNamespace = Map.groupBy(context.policies, ({ policy }) => policy.namespace)
    for (const service of context.services) {
      const policies = (byNamespace.get(service.service.namespace) ?? []).filter(({ policy }) =>
        policy.policyTypes.includes('ingress'),
      )
      for (const policy of policies) {
        const closed = closedPods(service, { policy, policies, context })
        if (closed.length === 0) continue
        const { name } = service.service
        const selector = describeSelector(policy.policy.podSelector)
        const message = `of the pods behind Service ${name}, this policy opens only ${selector}; ${workloadsOf(closed)} lacks that, and stays closed: the Service is partly open`
        yield {
          object: policy.object,
          path: ['spec', 'podSelector'],
          message,
          fix: `give the pods of ${workloadsOf(closed)} the labels, or select by those of the Service`,
        }
      }
    }
  },
}

interface Asked {
  readonly policy: PolicyObject
  readonly policies: readonly PolicyObject[]
  readonly context: Context
}

/** The isolated pods behind a Service that do not allow the peers that the policy allows for the other pods. */
function closedPods({ service }: ServiceObject, { policy: { policy }, policies, context }: Asked): Pod[] {
  if (service.selector === undefined || policy.ingress.length === 0) return []
  const pods = context.population.select(service.namespace, { matchLabels: service.selector })
  const chosen = pods.filter((pod) => matchesSelector(policy.podSelector, pod.labels))
  if (chosen.length === 0 || chosen.length === pods.length) return []
  const ports = endpointsOf(service, { ...context.world, pods: chosen }).map(({ targetPort, protocol }) => ({
    port: targetPort,
    protocol,
  }))
  const rules = policy.ingress.filter(
    (rule) => rule.ports.length === 0 || ports.some((port) => chosen.some((pod) => ruleCoversPort(rule, port, pod))),
  )
  if (rules.length === 0) return []
  return pods.filter((pod) => {
    const own = policies.filter((each) => matchesSelector(each.policy.podSelector, pod.labels))
    const alike = (rule: PolicyRule) => own.some((each) => each.policy.ingress.some((other) => isAlike(rule, other)))
    return own.length > 0 && !chosen.includes(pod) && !rules.every(alike)
  })
}

/** The same peers, or every peer. */
function isAlike(rule: PolicyRule, other: PolicyRule): boolean {
  return other.peers.length === 0 || isDeepStrictEqual(rule.peers, other.peers)
}
