import { assumedDns, isDnsStandIn } from '../../fabric/cluster-dns.ts'
import { mayAllowDns } from '../../fabric/dns-outside-input.ts'
import type { World } from '../../fabric/world.ts'
import { ruleLinks } from '../../policy/engine/rule-links.ts'
import type { Doubt, HopPrediction } from './hop-prediction.ts'

/** Adds a doubt to the denied prediction for a DNS server: if the server is on the source's node, or if the input does not say where DNS runs. */
export function withDoubt(predicted: HopPrediction, world: World): HopPrediction {
  if (predicted.verdict !== 'deny') return predicted
  const doubt = predicted.hop.ownNode === true ? ownNode(predicted) : elsewhere(predicted, world)
  return doubt === undefined ? predicted : { ...predicted, verdict: 'undefined', doubt }
}

function ownNode({ hop: { text } }: HopPrediction): Doubt {
  const sentence = `it depends on the network plugin whether egress policies govern the way to ${text}, which is on the source's own node (${ruleLinks(50, 52)})`
  return { kind: 'own node', sentence }
}

function elsewhere({ hop: { query }, prediction }: HopPrediction, world: World): Doubt | undefined {
  if (!isToStandIn(query.to, world) || prediction.kind !== 'prediction' || prediction.egress.allowed) return undefined
  const names = new Set(prediction.egress.tiers.flatMap(({ policies }) => policies.map(({ policy }) => policy.name)))
  const { protocol } = query
  const isPossible =
    protocol === 'ICMP' ||
    world.policies
      .filter(({ namespace, name }) => names.has(`${namespace}/${name}`))
      .some(({ namespace, egress }) => egress.some((rule) => mayAllowDns(rule, { namespace, protocol, world })))
  if (!isPossible) return undefined
  const sentence = `it depends on where the cluster's DNS runs, which is not in the input: give its Service and pods with -f`
  return { kind: 'dns elsewhere', sentence }
}

/** What an allowed DNS query assumes, if policies limit it and the input does not say where the cluster's DNS runs. */
export function assumptionOf(dns: readonly HopPrediction[], world: World): string | undefined {
  const rests = dns.some(
    ({ hop, prediction, verdict }) =>
      verdict === 'allow' &&
      isToStandIn(hop.query.to, world) &&
      prediction.kind === 'prediction' &&
      (prediction.egress.isolated || prediction.ingress.isolated),
  )
  return rests
    ? `the DNS query is allowed to ${assumedDns(world)}, which is assumed: it is not in the input`
    : undefined
}

function isToStandIn(to: HopPrediction['hop']['query']['to'], world: World): boolean {
  if (to.kind !== 'address') return false
  return world.pods.some((pod) => pod.addresses.includes(to.address) && isDnsStandIn(pod, world))
}
