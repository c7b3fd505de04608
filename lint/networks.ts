import { type Cidr, contains, parseCidr } from '../policy/cidr.ts'
import type { Context } from './context.ts'
import { type PeerAt, peersIn } from './policy-rules.ts'

/** An ipBlock of a rule. */
export interface BlockAt extends PeerAt {
  readonly cidr: Cidr
  readonly except: readonly Cidr[]
}

/** Returns every ipBlock of every active rule. */
export function blocksIn(context: Context): BlockAt[] {
  return peersIn(context).flatMap((at) => {
    const cidr = parse(at.peer.ipBlock?.cidr)
    if (cidr === undefined) return []
    return [{ ...at, cidr, except: (at.peer.ipBlock?.except ?? []).flatMap((text) => parse(text) ?? []) }]
  })
}

/** Whether a network is equal to or contained in another one. */
export function isWithin(inner: Cidr, outer: Cidr): boolean {
  return inner.bits >= outer.bits && contains(outer, inner)
}

/**
 * Finds items whose network contains another one and has at most the given prefix length. The index uses text, because there may be
 * thousands.
 */
export function holdersIn<T extends { readonly cidr: Cidr }>(
  items: readonly T[],
): (inner: Cidr, maxBits: number) => readonly T[] {
  const byText = Map.groupBy(items, ({ cidr }) => cidr.text)
  const lengths = [...new Set(items.map(({ cidr }) => cidr.bits))].toSorted((a, b) => a - b)
  return (inner, maxBits) => {
    const [address = ''] = inner.text.split('/')
    const fitting = lengths.filter((bits) => bits <= maxBits && bits <= inner.bits)
    return fitting.flatMap((bits) => byText.get(parse(`${address}/${bits}`)?.text ?? '') ?? [])
  }
}

/** Parses networks. Invalid text is skipped. */
export function networks(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parse(text) ?? [])
}

function parse(text: string | undefined): Cidr | undefined {
  return text === undefined ? undefined : parseCidr(text)?.cidr
}
