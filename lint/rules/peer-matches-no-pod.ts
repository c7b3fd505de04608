import { listed } from '../../fabric/lookup/listed.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { Context } from '../context.ts'
import { peerPairsOf } from '../peer-pairs.ts'
import { podMakersIn } from '../pod-makers.ts'
import { type PeerAt, peersIn } from '../policy-rules.ts'
import type { Found, Rule } from '../rule.ts'

/** Reported only if the input describes the pods of each namespace that the peer selects. */
export const peerMatchesNoPod: Rule = {
  id: 'peer-matches-no-pod',
  severity: 'warning',
  summary: 'a podSelector of a peer that matches no pod of the namespaces it addresses',
  *find(context) {
    for (const at of peersIn(context)) {
      const found = at.peer.podSelector === undefined ? undefined : explain(at, context)
      const halved = peerPairsOf(context).some(({ narrow, joinable }) => joinable && narrow.peer === at.peer)
      if (found !== undefined && !halved) yield found
    }
  },
}

function explain({ policy, object, peer, peerPath }: PeerAt, context: Context): Found | undefined {
  const { podSelector = {}, namespaceSelector } = peer
  const names =
    namespaceSelector === undefined
      ? [policy.namespace]
      : context.population.namespacesOf(namespaceSelector).map(({ name }) => name)
  const known = names.filter((name) => context.templatesIn(name).length > 0)
  const pods = names.flatMap((name) => context.population.podsIn(name))
  const described = known.flatMap((name) => context.templatesIn(name))
  if (known.length === 0 || [...pods, ...described].some(({ labels }) => matchesSelector(podSelector, labels)))
    return undefined
  const where = known.length > 3 ? `the ${known.length} namespaces that it addresses` : `namespace ${listed(known)}`
  const none = `${where} ${known.length > 3 ? 'have' : 'has'} no ${describeSelector(podSelector)}`
  const elsewhere = namespaceSelector === undefined ? listed(othersWith(podSelector, policy.namespace, context)) : ''
  const at = { object, path: [...peerPath, 'podSelector'] }
  if (elsewhere !== '') {
    const fix = `such pods are in ${elsewhere}: a podSelector without namespaceSelector stays in the policy's own namespace`
    return { ...at, message: `${none}: this peer matches nobody`, fix }
  }
  const makers = names.flatMap((name) => podMakersIn(name, podSelector, context))
  if (makers.length > 0) {
    const message = `${none} that are given here; pods made by ${listed(makers)} are not known`
    return { ...at, severity: 'info', message }
  }
  if (known.length < names.length) {
    const message = `${none} that are given here; of other namespaces that it addresses no workload is`
    return { ...at, severity: 'info', message }
  }
  return { ...at, message: `${none}: this peer matches nobody` }
}

function othersWith(selector: Parameters<typeof matchesSelector>[0], own: string, { templates }: Context): string[] {
  return templates
    .filter(({ namespace, labels }) => namespace !== own && matchesSelector(selector, labels))
    .map(({ namespace }) => namespace)
}
