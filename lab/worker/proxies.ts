import type { Layout } from '../layout.ts'
import { uplink } from '../layout.ts'
import type { LabSettings } from '../settings.ts'
import type { Nft } from './nft.ts'
import { proxyPort } from './wanted-listeners.ts'

const hooks = {
  outbound: { type: 'output priority -100', match: `oifname "${uplink}"` },
  inbound: { type: 'prerouting priority dstnat', match: `iifname "${uplink}"` },
} as const

/**
 * Redirects TCP connections from or to pods to their swallowing listener, with rules in those pods' namespaces.
 * Installs the rules once per pod.
 */
export function openProxies(nft: Nft, settings: LabSettings): (layout: Layout) => Promise<void> {
  const done = new Set<string>()
  const faults = settings.faults.filter((fault) => fault.kind === 'proxy')
  return async (layout) => {
    for (const { pod, side } of faults) {
      const netns = layout.pods.get(pod)?.netns
      const key = `${String(netns)} ${side}`
      if (netns === undefined || done.has(key)) continue
      done.add(key)
      await nft(netns, proxyRuleset(side))
    }
  }
}

function proxyRuleset(side: keyof typeof hooks): string {
  const { type, match } = hooks[side]
  return [
    `table inet crosscheck_proxy {`,
    ` chain ${side} {`,
    `  type nat hook ${type}; policy accept;`,
    `  ${match} meta l4proto tcp redirect to :${String(proxyPort)}`,
    ` }`,
    `}`,
    '',
  ].join('\n')
}
