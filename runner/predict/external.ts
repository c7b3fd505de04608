import { type Cidr, parseCidr } from '../../policy/cidr.ts'
import type { Compiled } from '../../policy/engine/compile.ts'
import type { Judged } from '../explain/judged.ts'
import type { Port } from '../plan/dial.ts'
import type { Hop } from './hops.ts'

/** Stands for any address of the internet (RFC 5737). */
const somewhere = '198.51.100.1'

/**
 * The hop to a name outside the cluster, whose address nobody knows here: judged at one address of each part into which the policies'
 * networks cut IPv4, and promised where all come to the same.
 */
export function hopBeyond(
  host: string,
  { port, protocol }: Port,
  { judge, compiled }: { readonly judge: (hops: readonly Hop[]) => Judged[]; readonly compiled: Compiled },
): Judged[] {
  const hops = [somewhere, ...corners(compiled)].map((address): Hop => {
    const to = { kind: 'address', address, hostname: host } as const
    return { text: `${host} (outside the cluster)`, query: { to, port, protocol, family: 4 } }
  })
  const outside = judge(hops).filter(({ prediction }) => prediction.ingress.by === 'external')
  const [usual] = outside
  if (usual === undefined) return []
  const other = outside.find(({ verdict }) => verdict !== usual.verdict)
  if (other === undefined) return [usual]
  const said = [usual, other].map((judged) => `${words[judged.verdict]} at ${addressOf(judged)}`)
  return [{ ...usual, verdict: 'undefined', unseen: [`it depends on the address of ${host}: ${said.join(', ')}`] }]
}

const words = { allow: 'open', deny: 'blocked', undefined: 'not promised' } as const

function addressOf({ query: { to } }: Judged): string {
  return to.kind === 'address' ? to.address : ''
}

/** The first address of each IPv4 network of the policies, and the first one behind it. */
function corners({ networks }: Compiled): string[] {
  const cidrs = [...networks.ids.keys()].flatMap((text) => parseCidr(text)?.cidr ?? [])
  return [...new Set(cidrs.filter(({ family }) => family === 4).flatMap((cidr) => [first(cidr), ...behind(cidr)]))]
}

function first({ bytes }: Cidr): string {
  return bytes.join('.')
}

function behind({ bytes, bits }: Cidr): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  const next = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d + 2 ** (32 - bits)
  return next >= 2 ** 32 ? [] : [[24, 16, 8, 0].map((shift) => Math.floor(next / 2 ** shift) % 256).join('.')]
}
