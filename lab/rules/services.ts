import type { World } from '../../fabric/world.ts'
import type { Family } from '../../policy/cidr.ts'
import { frontendsOf } from './frontends.ts'
import { type Block, mapBlock, serviceTable } from './ruleset.ts'
import { type Route, routeOf, translateChain } from './service-dnat.ts'
import { addressSets, refusals, serviceHooks } from './service-hooks.ts'
import { replacingTable } from './transactions.ts'

/**
 * One node's Services as nftables text (see `transactionsOf`): what kube-proxy does for cluster addresses, external addresses and
 * NodePorts over ready endpoints, with these conventions: a ClusterIP that has no endpoint, or not on that port, rejects; policy `Local`
 * without an endpoint here drops; a Service that leads back to its caller, a NodePort whose endpoint is elsewhere, and what pods send
 * beyond pods and nodes, have the node as source. Endpoints are drawn at random; sessionAffinity is not imitated.
 */
export function serviceRuleset({ world, node }: { readonly world: World; readonly node: string }): string {
  const routes = frontendsOf(world, node).map((frontend) => ({ family: frontend.family, route: routeOf(frontend) }))
  const chains = new Map(routes.flatMap(({ route }) => route.chains).map((chain) => [chain.head, chain]))
  const ofFamily = (family: Family) => routes.filter((each) => each.family === family).map(({ route }) => route)
  return replacingTable(serviceTable, {
    // In the order in which they refer to each other, for rulesets that take several transactions.
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

/** What two Services claim alike goes to the first: nft refuses a key twice. */
function firsts(elements: readonly string[]): readonly string[] {
  const keys = elements.map((element) => element.slice(0, element.indexOf(' : ')))
  const first = new Map(keys.map((key, index) => [key, index] as const).toReversed())
  return elements.filter((_, index) => first.get(keys[index]!) === index)
}
