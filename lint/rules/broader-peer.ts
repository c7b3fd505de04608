import { stringify } from 'yaml'
import { workloadsOf } from '../../fabric/lookup/listed.ts'
import { describeSelector } from '../../policy/selector.ts'
import type { PolicyPeer } from '../../policy/types.ts'
import { type PeerPair, peerPairsOf } from '../peer-pairs.ts'
import { type PeerAt, peersKeyOf } from '../policy-rules.ts'
import type { Rule } from '../rule.ts'

/** Items of a list are alternatives (docs/semantics.md, rule 20): a narrow item does not restrict a broad one. */
export const broaderPeer: Rule = {
  id: 'broader-peer',
  severity: 'warning',
  summary:
    'an item of from or to that allows more than a narrower item beside it, as with two dashes that were meant as one item',
  *find(context) {
    for (const pair of peerPairsOf(context)) {
      const { broad, narrow, joinable } = pair
      const isLater = Number(narrow.peerPath.at(-1)) > Number(broad.peerPath.at(-1))
      yield {
        object: broad.object,
        path: (isLater ? narrow : broad).peerPath,
        message: joinable ? ofHalves(pair) : ofCovered(pair),
        fix: joinable ? `if both must hold, join them:\n${joined(pair)}` : 'remove one of the two',
        ...(narrow.peer.ipBlock === undefined ? {} : { severity: 'info' as const }),
      }
    }
  },
}

function ofCovered({ broad, narrow }: PeerPair): string {
  return `${nameOf(broad)} allows ${describe(broad)}, so ${nameOf(narrow)} (${describe(narrow)}) adds nothing`
}

function ofHalves(pair: PeerPair): string {
  const { broad, narrow, kind, joined: pods } = pair
  const none = kind === 'split' ? ', of which there are none' : ''
  const both = `${nameOf(broad)} allows ${describe(broad)}, and ${nameOf(narrow)} ${describe(narrow)}${none}`
  const asOne = pods.length === 0 ? `${describe(narrow, broad.peer)}` : workloadsOf(pods)
  return `${both}: each item is enough by itself; joined into one item they would allow only ${asOne}`
}

/** `from[1]`. */
function nameOf({ peerPath }: PeerAt): string {
  return `${peerPath.at(-2)}[${peerPath.at(-1)}]`
}

function describe({ policy, peer }: PeerAt, within: PolicyPeer = peer): string {
  const { ipBlock, podSelector = {} } = peer
  if (ipBlock !== undefined) {
    const except = ipBlock.except ?? []
    return except.length === 0 ? ipBlock.cidr : `${ipBlock.cidr} except ${except.join(', ')}`
  }
  const { namespaceSelector } = within
  const where =
    namespaceSelector === undefined
      ? `of namespace ${policy.namespace}`
      : `of ${describeSelector(namespaceSelector, 'namespaces')}`
  return `${describeSelector(podSelector)} ${where}`
}

/** As an item of the list. */
function joined({ broad, narrow }: PeerPair): string {
  const list = [{ namespaceSelector: broad.peer.namespaceSelector, podSelector: narrow.peer.podSelector }]
  return stringify({ [peersKeyOf(broad.direction)]: list }).trimEnd()
}
