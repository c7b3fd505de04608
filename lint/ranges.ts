import type { Context } from './context.ts'
import { perContext } from './per-context.ts'
import { valueAt } from './templates.ts'

/** Networks and addresses from the objects. Empty if the manifests leave them to the cluster. */
export interface Ranges {
  readonly pods: readonly string[]
  readonly services: readonly string[]
}

/** From `spec.podCIDRs` of Nodes, addresses of Pods and Services, and ServiceCIDRs. */
export const rangesOf = perContext(({ objects }: Context): Ranges => {
  const of = (kind: string, path: readonly string[]) =>
    objects
      .filter((object) => object.kind === kind)
      .flatMap(({ value }) => [valueAt(value, path)].flat())
      .flatMap((item) => (typeof item === 'string' ? [item] : ([valueAt(item, ['ip'])] as unknown[])))
      .filter((item): item is string => typeof item === 'string' && /[.:]/.test(item))
  const pods = [
    ...of('Node', ['spec', 'podCIDRs']),
    ...of('Node', ['spec', 'podCIDR']),
    ...of('Pod', ['status', 'podIPs']),
  ]
  const services = [
    ...of('ServiceCIDR', ['spec', 'cidrs']),
    ...of('Service', ['spec', 'clusterIPs']),
    ...of('Service', ['spec', 'clusterIP']),
  ]
  return { pods: asNetworks(pods), services: asNetworks(services) }
})

function asNetworks(texts: readonly string[]): string[] {
  return [...new Set(texts)].map((text) => (text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`))
}
