import ipaddr from 'ipaddr.js'
import { type Cidr, parseCidr } from '../../policy/cidr.ts'
import type { Compiled } from '../../policy/engine/compiled.ts'
import type { Port } from '../plan/planned-check.ts'
import { standInAddresses } from './engine-endpoint.ts'
import type { Connecting, HopPrediction, HopPredictor } from './hop-prediction.ts'

/**
 * Predicts a connection to a name outside the cluster, whose address is unknown. It evaluates one address of each part into which the networks of the
 * policies divide IPv4; the prediction is known only if all agree. Uses IPv6 if the source has no IPv4 address.
 */
export function predictExternal(
  host: string,
  port: Port,
  { hop, from }: { readonly hop: HopPredictor; readonly from: Connecting },
): HopPrediction[] {
  const predictAt = (address: string, family: 4 | 6) =>
    hop.of(
      {
        text: `${host} (outside the cluster)`,
        query: { to: { kind: 'address', address, hostname: host }, ...port, family },
      },
      from,
    )
  const first = predictAt(standInAddresses[4], 4)
  if (first.prediction.kind === 'unanswerable') return [predictAt(standInAddresses[6], 6)]
  const outside = corners(hop.compiled)
    .map((address) => predictAt(address, 4))
    .filter(({ prediction }) => prediction.kind === 'prediction' && prediction.ingress.by === 'external')
  const other = outside.find(({ verdict }) => verdict !== first.verdict)
  if (other === undefined) return [first]
  const at = [first, other].map((each) => `${words[each.verdict]} at ${addressOf(each)}`)
  return [{ ...first, verdict: 'undefined', unreadable: [`it depends on the address of ${host}: ${at.join(', ')}`] }]
}

/**
 * Predicts a connection from a client outside the cluster, whose address is unknown. `first` is the prediction at one address. It is valid if a
 * public address of each part into which the networks of the policies divide IPv4 gives the same.
 */
export function fromUnknownAddress(
  first: HopPrediction,
  { name, compiled, at }: { name: string; compiled: Compiled; at: (address: string) => HopPrediction },
): HopPrediction {
  if (first.verdict === 'undefined') return first
  const others = corners(compiled)
    .filter(isPublic)
    .map((address) => ({ address, predicted: at(address) }))
    .filter(({ predicted: { prediction } }) => prediction.kind === 'prediction' && prediction.egress.by === 'external')
  const other = others.find(({ predicted }) => predicted.verdict !== first.verdict)
  if (other === undefined) return first
  if (other.predicted.verdict === 'undefined') return other.predicted
  const answers = `${words[other.predicted.verdict]} at ${other.address}, ${words[first.verdict]} elsewhere`
  const why = `it depends on the address of ${name}, which is not known: ${answers}`
  return { ...first, verdict: 'undefined', unreadable: [...first.unreadable, why] }
}

/** Whether an address is public. Private addresses are not considered outside. */
function isPublic(address: string): boolean {
  const range = ipaddr.parse(address).range()
  return range === 'unicast' || range === 'reserved'
}

const words = { allow: 'allowed', deny: 'blocked', undefined: 'not known' } as const

function addressOf({ query }: HopPrediction): string {
  return query?.to.kind === 'address' ? query.to.address : ''
}

/** The first address of each IPv4 network of the policies, and the first address after it. */
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
