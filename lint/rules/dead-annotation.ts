import { isObject } from '../../policy/field.ts'
import { isolatorsOf } from '../isolators.ts'
import type { Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'

const key = 'net.beta.kubernetes.io/network-policy'

/** Before NetworkPolicy v1 (Kubernetes 1.7), this annotation isolated the pods of a namespace. Kubernetes no longer reads it. */
export const deadAnnotation: Rule = {
  id: 'dead-annotation',
  severity: 'warning',
  summary: `the annotation ${key} on a Namespace, which has no effect since Kubernetes 1.7`,
  restsOnPresence: true,
  *find(context) {
    const { ingress } = isolatorsOf(context)
    for (const object of context.objects) {
      const annotations = valueAt(object.value, ['metadata', 'annotations'])
      if (object.kind !== 'Namespace' || !isObject(annotations) || !Object.hasOwn(annotations, key)) continue
      const pods = context.population.podsIn(object.name)
      const guarded = pods.length > 0 && pods.every((pod) => pod.hostNetwork || ingress.has(pod))
      yield {
        object,
        path: ['metadata', 'annotations', key],
        part: 'key',
        message: `nothing reads this annotation since Kubernetes 1.7: it isolates no pod of namespace ${object.name}`,
        fix: guarded
          ? 'remove it: policies isolate the pods that are given here'
          : 'remove it, and apply a NetworkPolicy with podSelector: {} and policyTypes: [Ingress]',
        ...(guarded ? { severity: 'info' as const } : {}),
      }
    }
  },
}
