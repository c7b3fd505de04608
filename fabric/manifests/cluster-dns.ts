import { endpointsOf } from '../endpoints.ts'
import type { Service, World } from '../world.ts'
import type { PodDraft } from './pods.ts'

const namespace = 'kube-system'
const labels = { 'k8s-app': 'kube-dns' }

/** The Service kube-system/kube-dns at 10.96.0.10, port 53 UDP and TCP: the lab's convention (semantics §3). */
export const dnsService: Service = {
  ...{ namespace, name: 'kube-dns', type: 'ClusterIP', clusterIPs: ['10.96.0.10'], headless: false },
  selector: labels,
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
  ],
  publishNotReadyAddresses: false,
  internalTrafficPolicy: 'Cluster',
  externalTrafficPolicy: 'Cluster',
  ipFamilies: [4],
  externalIPs: [],
  manualEndpoints: [],
}

/** The input's own DNS Service, where it has one. */
export function findDnsService(services: readonly Service[]): Service | undefined {
  return services.find((service) => service.namespace === namespace && service.name === 'kube-dns')
}

/** Whether some ready endpoint stands behind the DNS Service. */
export function hasDns(service: Service, world: World): boolean {
  return endpointsOf(service, world).some(({ ready }) => ready)
}

/** The pod that answers DNS where the input has none, with the labels that the DNS Service selects. */
export function dnsPod(service: Service, taken: ReadonlySet<string>): PodDraft {
  let index = 1
  while (taken.has(`${namespace}/coredns-${index}`)) index++
  return {
    namespace,
    name: `coredns-${index}`,
    workload: { kind: 'Deployment', name: 'coredns' },
    status: { hostAddresses: [], ready: true, restarts: 0 },
    template: {
      labels: { ...labels, ...service.selector },
      notReady: false,
      hostNetwork: false,
      serviceAccount: 'coredns',
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
      dnsPolicy: 'Default',
      hostAliases: [],
    },
  }
}
