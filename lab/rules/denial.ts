import type { Direction } from '../../policy/types.ts'
import type { Leak } from './classes.ts'
import { type Block, chainBlock, quoted, setBlock } from './ruleset.ts'

/** The response to a denied packet: none, ICMP admin-prohibited, or TCP reset and ICMP port-unreachable. */
export type Denial = 'drop' | 'reject' | 'refuse'

const answers: Readonly<Record<Denial, readonly string[]>> = {
  drop: ['drop'],
  reject: ['reject with icmpx admin-prohibited'],
  refuse: ['reject with tcp reset', 'reject with icmpx port-unreachable'],
}

/** The last rules of a chain. They count and deny packets that no rule allowed. */
export function denialRules(denial: Denial, direction: Direction): readonly string[] {
  return answers[denial].map(
    (answer) =>
      `${answer.includes('tcp') ? 'meta l4proto tcp ' : ''}counter ${answer} comment ${quoted(`denied ${direction}`)}`,
  )
}

/** Blocks of a chain that lets `every` of `of` new connections pass, in turn, after `rules` allowed none of them. */
export function leakingChain(
  name: string,
  rules: readonly string[],
  leak: Leak,
  denial: readonly string[],
): readonly Block[] {
  const families = [
    { set: `${name}_denied4`, type: 'ipv4_addr', key: 'ip saddr . th sport . th dport' },
    { set: `${name}_denied6`, type: 'ipv6_addr', key: 'ip6 saddr . th sport . th dport' },
  ]
  const denied = `${name}_denied`
  return [
    // Denied connections. The retransmitted SYN of one must not count as the next connection.
    ...families.map(({ set, type }) =>
      setBlock(set, `${type} . inet_service . inet_service`, [], 'dynamic, timeout; timeout 2m; size 65535'),
    ),
    chainBlock(denied, denial),
    chainBlock(name, [
      ...rules,
      ...families.map(({ key, set }) => `${key} @${set} goto ${denied}`),
      `numgen inc mod ${String(leak.of)} < ${String(leak.every)} counter accept comment ${quoted(`leak ${leak.pod}`)}`,
      ...families.map(({ key, set }) => `add @${set} { ${key} } goto ${denied}`),
    ]),
  ]
}
