import { type Field, field, isAbsent } from './field.ts'
import { suggest } from './suggest.ts'

/** Describes the effect of a part of a policy after the API server drops an unknown key. Undefined if the effect is not special. */
export type Remains = (key: string, part: Field) => string | undefined

/** For `spec`: how the API server treats an absent list or selector (docs/semantics.md, rules 1, 8 and 12). */
export const specRemains: Remains = (key, spec) => {
  const meant = meantInSpec(key)
  if (meant === undefined || !isAbsent(field(spec, meant))) return undefined
  const effects = {
    podSelector: 'the policy has no podSelector and selects every pod of its namespace',
    policyTypes: 'policyTypes is Ingress, and Egress only where there are egress rules',
    ingress: 'no ingress rule is left, so a policy for Ingress denies all of it',
    egress: 'no egress rule is left, so a policy for Egress denies all of it',
  }
  return effects[meant]
}

/** For an object with a `spec` key that was written one level too high. */
export const objectRemains: Remains = (key, object) => specRemains(key, field(object, 'spec'))

/** For a selector (docs/semantics.md, rule 23). */
export const selectorRemains: Remains = (_, selector) => {
  const rest = ['matchLabels', 'matchExpressions'].filter((each) => !isAbsent(field(selector, each)))
  const [last, above] = stepsUp(selector)
  const noun = last === 'namespaceSelector' ? 'namespace' : 'pod'
  if (rest.length > 0) return `only ${rest.join(' and ')} decides which ${noun}s match`
  return last === 'podSelector' && above === 'spec'
    ? 'the selector is empty and selects every pod of the namespace'
    : `the selector is empty and matches every ${noun}`
}

/** For an item of `from` or `to` (docs/semantics.md, rules 16 to 21). */
export const peerRemains: Remains = (key, peer) => {
  const [pods, spaces, block] = ['podSelector', 'namespaceSelector', 'ipBlock'].map(
    (each) => !isAbsent(field(peer, each)),
  )
  if (!pods && !spaces && !block) return 'the peer is empty, and the API server refuses that'
  if (isOfPorts(key)) return 'this peer is for every port that the rule allows'
  if (block) return undefined
  if (spaces) return pods ? undefined : 'the peer matches every pod of these namespaces'
  return "the peer matches pods of the policy's own namespace alone"
}

/** For a rule: without a list of peers or ports, the rule allows all of them (docs/semantics.md, rule 14). */
export function ruleRemains(peersKey: 'from' | 'to'): Remains {
  return (key, rule) => {
    if (isOfPorts(key)) return isAbsent(field(rule, 'ports')) ? 'the rule allows every port' : undefined
    if (!isAbsent(field(rule, peersKey))) return undefined
    return `the rule has no ${peersKey} and allows every ${peersKey === 'from' ? 'source' : 'destination'}`
  }
}

/** For an item of `ports` (docs/semantics.md, rules 37 and 40). */
export const portRemains: Remains = (_, item) =>
  isAbsent(field(item, 'port')) ? 'the item allows every port of its protocol' : undefined

/** For an `ipBlock` (docs/semantics.md, rule 30). */
export const blockRemains: Remains = (_, block) =>
  isAbsent(field(block, 'except')) ? 'the whole network matches' : undefined

const specKeys = ['podSelector', 'policyTypes', 'ingress', 'egress'] as const

function meantInSpec(key: string): (typeof specKeys)[number] | undefined {
  if (key === 'from') return 'ingress'
  if (key === 'to') return 'egress'
  const near = suggest(key, specKeys)
  return specKeys.find((each) => each === near)
}

function isOfPorts(key: string): boolean {
  return /^(ports?|protocols?|endPort)$/i.test(key)
}

/** The keys of a field's path, from the field up to the root. */
function stepsUp({ path }: Field): (string | number | undefined)[] {
  if (!('above' in path)) return [path.at(-1), path.at(-2)]
  return [path.key, 'above' in path.above ? path.above.key : path.above.at(-1)]
}
