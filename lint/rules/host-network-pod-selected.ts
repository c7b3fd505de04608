import { workloadsOf } from '../../fabric/lookup/listed.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod } from '../../fabric/world.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { LabelSelector } from '../../policy/types.ts'
import type { Context } from '../context.ts'
import { peersIn } from '../policy-rules.ts'
import type { Rule } from '../rule.ts'

/** Nearly all plugins treat the traffic of such a pod as traffic of its node (docs/semantics.md, rule 50). */
export const hostNetworkPodSelected: Rule = {
  id: 'host-network-pod-selected',
  severity: 'warning',
  summary: "a selector that means pods on the host's network, which policies do not reach",
  restsOnPresence: true,
  *find(context) {
    const hostPods = (namespace: string, selector: LabelSelector, policy: ManifestObject) =>
      Object.keys(selector).length === 0
        ? []
        : context.population
            .podsIn(namespace)
            .filter(({ hostNetwork, labels }) => hostNetwork && matchesSelector(selector, labels))
            .filter((pod) => mayMeetPod(policy, pod, context))
    for (const { policy, object } of context.policies) {
      const pods = hostPods(policy.namespace, policy.podSelector, object)
      if (pods.length === 0) continue
      const message = `${workloadsOf(pods)} is on the host's network: most plugins apply no policy to it`
      yield {
        object,
        path: ['spec', 'podSelector'],
        message,
        fix: "guard it by the node's firewall, or leave hostNetwork out",
      }
    }
    for (const { policy, object, peer, peerPath } of peersIn(context)) {
      const { podSelector = {}, namespaceSelector } = peer
      const names =
        namespaceSelector === undefined
          ? [policy.namespace]
          : context.population.namespacesOf(namespaceSelector).map(({ name }) => name)
      const pods = names.flatMap((name) => hostPods(name, podSelector, object))
      if (pods.length === 0) continue
      const message = `${workloadsOf(pods)} (${describeSelector(podSelector)}) is on the host's network: its traffic has the node's address, and this peer does not match it`
      yield { object, path: [...peerPath, 'podSelector'], message, fix: "name the nodes' addresses by an ipBlock" }
    }
  },
}

function mayMeetPod(policy: ManifestObject, pod: Pod, { workloadOf, mayMeet }: Context): boolean {
  const workload = workloadOf(pod)
  return workload === undefined || mayMeet(policy, workload)
}
