import type { World } from '../../fabric/world.ts'
import type { Family } from '../../policy/cidr.ts'
import { frontendsOf } from './frontends.ts'
import { type Block, mapBlock, serviceTable } from './ruleset.ts'
import { type Route, routeOf, translateChain } from './service-dnat.ts'
import { addressSets, refusals, serviceHooks } from './service-hooks.ts'
import { replacingTable } from './transactions.ts'

/**
 * One node's Services as nftables text (see `transactionsOf`): what kube-proxy does for cluster addresses, external
 * addresses and NodePorts over ready endpoints. Conventions: a ClusterIP without an endpoint, or without one on that
 * port, rejects. Policy `Local` without an endpoint on this node drops. The node is the source of traffic from a pod
 * through a Service back to itself, of NodePort traffic to an endpoint on another node, and of pod traffic to
 * destinations that are no pod or node. Endpoints are chosen at random. sessionAffinity is not imitated.
 */
export function serviceRuleset({ world, node }: { readonly world: World; readonly node: string }): string {
  const routes = frontendsOf(world, node).map((frontend) => ({ family: frontend.family, route: routeOf(frontend) }))
  const chains = new Map(routes.flatMap(({ route }) => route.chains).map((chain) => [chain.head, chain]))
  const ofFamily = (family: Family) => routes.filter((each) => each.family === family).map(({ route }) => route)
  return replacingTable(serviceTable, {
    // Ordered by reference, for rulesets that need several transactions.
    blocks: [
      ...addressSets(world, node),
      ...refusals,
      ...families.map((family) => endpointMap(family, ofFamily(family))),
      translateChain,
      ...chains.values(),
      ...families.flatMap((family) => verdictMaps(family, ofFamily(family))),
    ],
    hooks: serviceHooks(world, node),
    closed: [],
  })
}

const families = [4, 6] as const

const keyType = (family: Family): string => `ipv${String(family)}_addr . inet_proto . inet_service`

function endpointMap(family: Family, routes: readonly Route[]): Block {
  const type = `${keyType(family)} . mark : ipv${String(family)}_addr . inet_service`
  return mapBlock(`endpoints${String(family)}`, type, firsts(routes.flatMap(({ endpoints }) => endpoints)))
}

function verdictMaps(family: Family, routes: readonly Route[]): readonly Block[] {
  const map = (name: string, elements: readonly string[]) =>
    mapBlock(`${name}${String(family)}`, `${keyType(family)} : verdict`, firsts(elements))
  return [
    map(
      'entries',
      routes.flatMap(({ entries }) => entries),
    ),
    map(
      'unserved',
      routes.flatMap(({ unserved }) => unserved),
    ),
  ]
}

/** The first Service wins a key that two Services claim, because nft rejects duplicate keys. */
function firsts(elements: readonly string[]): readonly string[] {
  const keys = elements.map((element) => element.slice(0, element.indexOf(' : ')))
  const first = new Map(keys.map((key, index) => [key, index] as const).toReversed())
  return elements.filter((_, index) => first.get(keys[index]!) === index)
}
