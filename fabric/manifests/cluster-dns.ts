import type { Labels } from '../../policy/types.ts'
import { endpointsOf } from '../endpoints.ts'
import type { ObjectName, Service, World } from '../world.ts'
import type { PodDraft } from './pods.ts'
import type { ServiceDraft } from './services.ts'

/** Names of the Service in distributions: kubeadm and most others, OpenShift, RKE2, the CoreDNS chart. */
const usualNames = [
  'kube-system/kube-dns',
  'openshift-dns/dns-default',
  'kube-system/rke2-coredns-rke2-coredns',
  'kube-system/coredns',
]

/** Labels with which distributions mark the Service or its pods, whatever its name. */
const marks: readonly (readonly [key: string, value: RegExp])[] = [
  ['dns.operator.openshift.io/owning-dns', /./],
  ['dns.operator.openshift.io/daemonset-dns', /./],
  ['k8s-app', /^(kube-dns|coredns)$/],
  ['kubernetes.io/name', /^(coredns|kubedns)$/i],
]

/** A Service with the labels of its metadata. */
export interface LabelledService {
  readonly service: ServiceDraft
  readonly labels: Labels
}

/**
 * Finds the Service of the cluster's DNS. Order of preference: the kubelet's `clusterDNS`, then names, labels, and
 * pods' nameservers.
 */
export function findDnsService(
  all: readonly LabelledService[],
  { clusterDns, nameservers }: { readonly clusterDns: readonly string[]; readonly nameservers: readonly string[] },
): ServiceDraft | undefined {
  const serving = all.filter(({ service: { ports } }) => ports.some(({ port }) => port === 53))
  const at = (addresses: readonly string[]) =>
    serving.find(({ service }) => service.clusterIPs.some((address) => addresses.includes(address)))
  const byName = usualNames.flatMap((name) => serving.find(({ service }) => keyOf(service) === name) ?? [])
  const found =
    at(clusterDns) ??
    byName[0] ??
    // NodeLocal DNSCache has a second Service for the same pods.
    serving.find(({ service, labels }) => isMarked(labels) && !service.name.endsWith('-upstream')) ??
    serving.find(({ service }) => service.selector !== undefined && isMarked(service.selector)) ??
    at(nameservers)
  return found?.service
}

function isMarked(labels: Labels): boolean {
  return marks.some(([key, value]) => value.test(labels[key] ?? ''))
}

function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`
}

/**
 * The DNS Service to assume if the input has none. It selects the DNS pods of the input, or else those of the usual
 * stand-in.
 */
export function standInService(pods: readonly PodDraft[]): ServiceDraft {
  const server = pods.find(
    (pod) => isMarked(pod.template.labels) && pod.template.ports.some(({ name }) => isDnsName(name)),
  )
  if (server === undefined) return usualService
  const { namespace, template } = server
  const [key] = marks.find(([each, value]) => value.test(template.labels[each] ?? ''))!
  const name = namespace === 'openshift-dns' ? 'dns-default' : usualService.name
  const ports = usualService.ports.map((port) => ({ ...port, targetPort: targetOf(server, port.protocol) }))
  return { ...usualService, namespace, name, selector: { [key]: template.labels[key]! }, ports }
}

function isDnsName(name: string | undefined): boolean {
  return name !== undefined && /^dns(-|$)/.test(name)
}

function targetOf({ template: { ports } }: PodDraft, protocol: 'UDP' | 'TCP' | 'SCTP'): number {
  return ports.find((port) => port.protocol === protocol && isDnsName(port.name))?.port ?? 53
}

/** The tenth address of kubeadm's Service ranges. */
export const usualAddresses = { 4: '10.96.0.10', 6: 'fd00:10:96::a' } as const

/** kube-system/kube-dns, port 53 UDP and TCP, as in kubeadm. */
export const usualService: ServiceDraft = {
  namespace: 'kube-system',
  name: 'kube-dns',
  type: 'ClusterIP',
  clusterIPs: [usualAddresses[4]],
  headless: false,
  selector: { 'k8s-app': 'kube-dns' },
  ports: [
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
  ],
  publishNotReadyAddresses: false,
  internalTrafficPolicy: 'Cluster',
  externalTrafficPolicy: 'Cluster',
  families: { named: [], dual: 'no' },
  externalIPs: [],
  manualEndpoints: [],
}

/** Whether the DNS Service has a ready endpoint. */
export function hasDns(service: Service, world: World): boolean {
  return endpointsOf(service, world).some(({ ready }) => ready)
}

/** A stand-in for the pods of a DNS Service: in its namespace, with the labels that it selects and its target ports. */
export function standInPod(service: Service, taken: ReadonlySet<string>): PodDraft {
  const { namespace } = service
  let index = 1
  while (taken.has(`${namespace}/assumed-dns-${index}`)) index++
  return {
    namespace,
    name: `assumed-dns-${index}`,
    workload: { kind: 'Deployment', name: 'assumed-dns' },
    status: { hostAddresses: [], ready: true, restarts: 0 },
    template: {
      labels: service.selector ?? usualService.selector!,
      notReady: false,
      hostNetwork: false,
      serviceAccount: 'default',
      ports: service.ports
        .filter(({ port }) => port === 53)
        .map(({ protocol, targetPort }) =>
          typeof targetPort === 'number'
            ? { port: targetPort, protocol, name: protocol === 'UDP' ? 'dns' : 'dns-tcp' }
            : { port: namespace === 'openshift-dns' ? 5353 : 53, protocol, name: targetPort },
        ),
      dnsPolicy: 'Default',
      hostAliases: [],
    },
  }
}
