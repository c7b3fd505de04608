import { type Cidr, contains, parseCidr } from '../../policy/cidr.ts'
import type { Context } from './context.ts'
import { type PeerAt, peersIn } from './policy-rules.ts'

/** An ipBlock of a rule. */
export interface BlockAt extends PeerAt {
  readonly cidr: Cidr
  readonly except: readonly Cidr[]
}

/** Every ipBlock of every rule that is in force. */
export function blocksIn(context: Context): BlockAt[] {
  return peersIn(context).flatMap((at) => {
    const cidr = parse(at.peer.ipBlock?.cidr)
    if (cidr === undefined) return []
    return [{ ...at, cidr, except: (at.peer.ipBlock?.except ?? []).flatMap((text) => parse(text) ?? []) }]
  })
}

/** Whether a network lies in another, or is it. */
export function isWithin(inner: Cidr, outer: Cidr): boolean {
  return inner.bits >= outer.bits && contains(outer, inner)
}

/** Networks that were written as text; what is none is left out. */
export function networks(texts: readonly string[]): Cidr[] {
  return texts.flatMap((text) => parse(text) ?? [])
}

function parse(text: string | undefined): Cidr | undefined {
  return text === undefined ? undefined : parseCidr(text)?.cidr
}
