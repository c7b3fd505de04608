import { didYouMeanNamespace } from '../../policy/suggest.ts'
import type { Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'

/** A namespace without other objects and without a Namespace object: probably a typo, or the key is missing. */
export const policyInEmptyNamespace: Rule = {
  id: 'policy-in-empty-namespace',
  severity: 'warning',
  summary: 'a policy in a namespace in which there is nothing else',
  *find({ policies, objects, world }) {
    const policyKinds = new Set(policies.map(({ object }) => object))
    const lived = new Set(objects.filter((object) => !policyKinds.has(object)).map(({ namespace }) => namespace))
    const made = new Set(world.namespaces.filter(({ place }) => place !== undefined).map(({ name }) => name))
    const names = [...new Set([...lived, ...made])].filter((name) => name !== '')
    if (names.length === 0) return
    for (const { policy, object } of policies) {
      if (lived.has(policy.namespace) || made.has(policy.namespace)) continue
      const written = valueAt(object.value, ['metadata', 'namespace']) !== undefined
      const message = written
        ? `no other object is in namespace ${policy.namespace}: this policy protects nothing that is given here`
        : 'this policy names no namespace, so it goes to default, where no other object is'
      const near = didYouMeanNamespace(policy.namespace, names)
      const fix = written ? near : `write metadata.namespace: ${names.length === 1 ? names[0] : '…'}`
      yield { object, path: ['metadata', 'namespace'], message, ...(fix === undefined ? {} : { fix }) }
    }
  },
}
