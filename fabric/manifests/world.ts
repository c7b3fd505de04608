import type { Family } from '../../policy/cidr.ts'
import type { ClusterPolicy } from '../../policy/cluster-policy.ts'
import { isObject } from '../../policy/field.ts'
import { parsePolicy } from '../../policy/parse.ts'
import { parseClusterPolicy } from '../../policy/parse-cluster-policy.ts'
import type { NetworkPolicy, Problem } from '../../policy/types.ts'
import { dnsServiceOf } from '../cluster-dns.ts'
import type { ClusterDns, Namespace, World } from '../world.ts'
import type { Allocator } from './allocator.ts'
import type { Apartness } from './apartness.ts'
import { type Handout, settle } from './assign-addresses.ts'
import { assumedFor } from './assumed.ts'
import { claimAddresses, claimNodePorts } from './claims.ts'
import { sortOut } from './classify.ts'
import { findDnsService, hasDns, standInPod, standInService, usualAddresses } from './cluster-dns.ts'
import { gatherPods } from './collect-pods.ts'
import { familiesIn } from './families.ts'
import { clusterDnsOfKubelets } from './kubelets.ts'
import { readManualEndpoints } from './manual-endpoints.ts'
import { readNamespaces } from './namespaces.ts'
import { findNodeLocalDns } from './node-local-dns.ts'
import type { NodeDraft } from './nodes.ts'
import { keyOf, type ManifestObject, titleOf } from './object.ts'
import { createOverrides, ownLabels } from './overrides.ts'
import type { PodDraft } from './pods.ts'
import { serviceEntryHosts } from './service-entries.ts'
import { readService, type ServiceDraft, settleService } from './services.ts'

export interface WorldOptions {
  /** One per run. Its values stay with their owners when the world is rebuilt. */
  readonly allocator: Allocator
  /** The Kubernetes version whose API server is imitated (`1.36`); see `parsePolicy`. */
  readonly kubernetes?: string | undefined
  /** Families that a scenario or a flag requests, in addition to those of the objects. */
  readonly families?: readonly Family[]
  /** The objects are complete: a cluster without a DNS Service of a usual name gets none. */
  readonly live?: boolean
  readonly apartness?: Apartness
  /** Known names outside the cluster, in addition to those of ServiceEntries. */
  readonly externals?: readonly { readonly name?: string; readonly address?: string }[]
}

/**
 * Builds the world that a cluster would create from manifests or from its own dump. Returns all problems; never throws
 * for invalid input.
 */
export function buildWorld(
  objects: readonly ManifestObject[],
  { allocator, kubernetes, live = false, families = [], externals = [], apartness }: WorldOptions,
): { world: World; problems: readonly Problem[] } {
  const problems: Problem[] = []
  const { simulated, notSimulated } = sortOut(objects, problems, apartness)
  const overrides = createOverrides(objects)
  const gathered = gatherPods(simulated, problems)
  const drafts = gathered.pods.map((pod) => {
    if (overrides.isEmpty) return pod
    const labels = overrides.labelsOf(titleOf({ kind: 'Pod', ...pod }), pod.template.labels)
    return { ...pod, template: { ...pod.template, labels } }
  })
  const namespaces = readNamespaces(simulated, problems).map((namespace): Namespace => {
    const labels = overrides.labelsOf(`Namespace ${namespace.name}`, namespace.labels)
    return { ...namespace, labels }
  })
  overrides.reportUnused(problems)
  const given = readServices(simulated, live, problems)
  const claimed = claimAddresses({ pods: drafts, nodes: gathered.nodes, services: given }, problems, apartness)
  allocator.begin([...claimed, ...claimNodePorts(given, problems, apartness)])

  const givenDns = givenDnsService(given, drafts, objects)
  const policies = readPolicies(simulated, kubernetes, problems)
  const clusterPolicies = readClusterPolicies(simulated, problems)
  const shown = familiesIn({
    objects,
    pods: drafts,
    nodes: gathered.nodes,
    services: given,
    policies,
    clusterPolicies,
    asked: families,
  })
  const handout = { used: allocator.families(shown.used), allocator }
  const standIn =
    givenDns === undefined && !live
      ? withFreeAddress(standInService(drafts), { claimed, used: handout.used })
      : undefined
  const services = [...given, ...(standIn === undefined ? [] : [standIn])].map((service) =>
    settleService(service, handout),
  )
  const nodeLocalDns = findNodeLocalDns(simulated)
  const declared = [...externals.flatMap(({ name }) => name ?? []), ...serviceEntryHosts(objects)]
  const externalHosts = externals.flatMap(({ name, address }) =>
    name === undefined || address === undefined ? [] : [{ name, address }],
  )
  const world: World = {
    domain: 'cluster.local',
    families: { ...shown, used: handout.used },
    namespaces,
    services,
    dns: dnsAt(givenDns ?? standIn),
    policies,
    notSimulated,
    ...(nodeLocalDns === undefined ? {} : { nodeLocalDns }),
    ...(clusterPolicies.length === 0 ? {} : { clusterPolicies }),
    ...(declared.length === 0 ? {} : { externals: declared }),
    ...(externalHosts.length === 0 ? {} : { externalHosts }),
    ...settle(drafts, gathered.nodes, handout),
  }
  if (live) return { world, problems }
  const complete = withDnsServers(world, {
    drafts,
    nodes: gathered.nodes,
    handout,
    isGiven: standIn === undefined,
  })
  const assumed = assumedFor({ world: complete, claimed, pods: drafts, nodes: gathered.nodes, services: given })
  allocator.finish()
  return { world: { ...complete, assumed }, problems }
}

/** The Service of the cluster's DNS among those of the input. */
function givenDnsService(
  services: readonly ServiceDraft[],
  pods: readonly PodDraft[],
  objects: readonly ManifestObject[],
): ServiceDraft | undefined {
  const byName = new Map(objects.map((object) => [`${object.kind} ${object.namespace}/${object.name}`, object]))
  const labelled = services.map((service) => {
    const object = byName.get(`Service ${service.namespace}/${service.name}`)
    return { service, labels: object === undefined ? {} : ownLabels(object) }
  })
  const nameservers = pods.flatMap(({ template }) => template.dnsConfig?.nameservers ?? [])
  return findDnsService(labelled, { clusterDns: clusterDnsOfKubelets(objects), nameservers })
}

function dnsAt(service: ServiceDraft | undefined): ClusterDns {
  if (service === undefined) return { kind: 'unknown', why: 'no Service of this cluster is recognised as its DNS' }
  return { kind: 'found', service: { namespace: service.namespace, name: service.name } }
}

/** Sets the usual address of a family in use, unless an object of the input has it. */
function withFreeAddress(
  service: ServiceDraft,
  { claimed, used }: { readonly claimed: ReadonlySet<string>; readonly used: readonly Family[] },
): ServiceDraft {
  const [family = 4] = used
  const address = usualAddresses[family]
  return { ...service, clusterIPs: claimed.has(address) ? [] : [address] }
}

interface Drafts {
  readonly drafts: readonly PodDraft[]
  readonly nodes: readonly NodeDraft[]
  readonly handout: Handout
  /** Whether the Service of the cluster's DNS is in the input. */
  readonly isGiven: boolean
}

/** Adds a stand-in for the cluster's DNS servers if the input has no ready one. */
function withDnsServers(world: World, { drafts, nodes, handout, isGiven }: Drafts): World {
  const service = dnsServiceOf(world)!
  if (hasDns(service, world)) return world
  const taken = new Set(drafts.map(({ namespace, name }) => `${namespace}/${name}`))
  const pod = standInPod(service, taken)
  const { namespace, name } = service
  return {
    ...world,
    ...settle([...drafts, pod], nodes, handout),
    dns: {
      kind: 'assumed',
      service: { namespace, name },
      pod: { namespace: pod.namespace, name: pod.name },
      serviceGiven: isGiven,
    },
  }
}

function readServices(objects: readonly ManifestObject[], live: boolean, problems: Problem[]): ServiceDraft[] {
  const services = objects.filter(({ kind }) => kind === 'Service')
  // The API server has already validated the other slices, and there are many.
  const manual = readManualEndpoints(live ? objects.filter(leadsAlone(services)) : objects, problems)
  return services.map((object) => readService(object, manual.get(`${object.namespace}/${object.name}`) ?? [], problems))
}

function readPolicies(
  objects: readonly ManifestObject[],
  kubernetes: string | undefined,
  problems: Problem[],
): NetworkPolicy[] {
  const unique = new Map<string, NetworkPolicy>()
  for (const object of objects.filter(({ kind }) => kind === 'NetworkPolicy')) {
    const parsed = parsePolicy(object.value, object.at, kubernetes === undefined ? {} : { kubernetes })
    problems.push(...parsed.problems)
    if (parsed.policy !== undefined) unique.set(keyOf(object), parsed.policy)
  }
  return [...unique.values()]
}

function readClusterPolicies(objects: readonly ManifestObject[], problems: Problem[]): ClusterPolicy[] {
  return objects.flatMap((object) => {
    if (object.kind !== 'ClusterNetworkPolicy') return []
    const { policy, problems: found } = parseClusterPolicy(object.value, object.at)
    problems.push(...found)
    return policy === undefined ? [] : [policy]
  })
}

/** Whether an object may contain endpoints of a Service that selects no pods. */
function leadsAlone(services: readonly ManifestObject[]): (object: ManifestObject) => boolean {
  const selecting = new Set(
    services.flatMap(({ value: { spec }, namespace, name }) =>
      isObject(spec) && isObject(spec['selector']) ? [`${namespace}/${name}`] : [],
    ),
  )
  return (object) =>
    object.kind !== 'EndpointSlice' ||
    !selecting.has(`${object.namespace}/${ownLabels(object)['kubernetes.io/service-name']}`)
}
