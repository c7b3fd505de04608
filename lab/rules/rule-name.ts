import { createHash } from 'node:crypto'
import type { Direction, NetworkPolicy } from '../../policy/types.ts'

/** nftables keeps at most 128 bytes of a comment. */
const limit = 127

/** The name of a rule in the report: `namespace/policy ingress[0]`. */
export function ruleName(
  policy: Pick<NetworkPolicy, 'namespace' | 'name'>,
  direction: Direction,
  index: number,
): string {
  return `${policy.namespace}/${policy.name} ${direction}[${String(index)}]`
}

/** A rule's name as a comment in the kernel. A long name is cut in the middle and gets a hash that keeps it unique. */
export function ruleComment(name: string): string {
  if (Buffer.byteLength(name) <= limit) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12)
  return `${name.slice(0, 90)}~${hash}${name.slice(name.lastIndexOf(' '))}`
}

/** Comments of rules whose names were cut → the full names, for reading the kernel's counters. */
export function longNames(policies: readonly NetworkPolicy[]): ReadonlyMap<string, string> {
  const names = policies.flatMap((policy) => [
    ...policy.ingress.map((_, index) => ruleName(policy, 'ingress', index)),
    ...policy.egress.map((_, index) => ruleName(policy, 'egress', index)),
  ])
  return new Map(names.filter((name) => ruleComment(name) !== name).map((name) => [ruleComment(name), name]))
}
