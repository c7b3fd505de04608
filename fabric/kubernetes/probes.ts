import type { Identity, Probe, Unavailable } from '../fabric.ts'
import { getObject, type LiveObject } from './api/objects.ts'
import { resources } from './api/resources.ts'
import type { Cluster } from './cluster.ts'
import { outsideProbe } from './outside.ts'
import { remember } from './ownership.ts'
import { isOnHost, type Template, templateOf } from './probe/clone.ts'
import { ephemeralProbe } from './probe/ephemeral.ts'
import { ownListener } from './probe/probe-in.ts'
import { freshProbe } from './probe/probe-pods.ts'
import { podOfWorkload } from './probe/workload-pod.ts'
import { standInProbe } from './resident/probes.ts'
import { residentCanaryProbe } from './resident/standing-canary.ts'

/** One probe per identity and run, created on the first call. Probes that are requested together start concurrently. */
export function createProbes(
  cluster: Cluster,
): (identity: Identity, signal: AbortSignal) => Promise<Probe | Unavailable> {
  const known = new Map<string, Promise<Probe | Unavailable>>()
  return async (identity, signal) => {
    const key = JSON.stringify(identity)
    const make = () => makeProbe(cluster, identity, signal)
    const probe = await remember(known, key, make)
    if ('unavailable' in probe) {
      known.delete(key)
      return probe
    }
    if (!(await isGone(cluster, probe, signal))) return probe
    known.delete(key)
    return remember(known, key, make)
  }
}

async function makeProbe(cluster: Cluster, identity: Identity, signal: AbortSignal): Promise<Probe | Unavailable> {
  switch (identity.kind) {
    case 'namespace':
      return plainProbe(cluster, identity, signal)
    case 'like':
      return clonedProbe(cluster, identity, signal)
    case 'pod':
      return podProbe(cluster, identity, signal)
    case 'as':
      return ephemeralProbe(cluster, identity, signal)
    case 'inside':
      return insideProbe(cluster, identity, signal)
    case 'outside':
      return outsideProbe(cluster.outside, cluster.run.concurrency)
    case 'node':
      return nodeProbe(cluster, identity, signal)
    default:
      return identity satisfies never
  }
}

type Of<K extends Identity['kind']> = Extract<Identity, { kind: K }>

async function plainProbe(
  cluster: Cluster,
  identity: Of<'namespace'>,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { namespace, labels = {}, node } = identity
  const absent = (await absentNamespace(cluster, namespace, signal)) ?? (await absentNode(cluster, node, signal))
  if (absent !== undefined) return { unavailable: absent }
  const standing = { identity, namespace, node, note: 'tested as a plain pod' }
  return standInProbe(cluster, standing, { labels, spec: {}, adopted: false }, signal)
}

/** A pod of this run is itself the source. For a user's workload a clone is created. */
async function clonedProbe(cluster: Cluster, identity: Of<'like'>, signal: AbortSignal): Promise<Probe | Unavailable> {
  const { namespace, workload, node } = identity
  const own = cluster.namespaces.has(namespace) ? await podOfWorkload(cluster.client, identity, signal) : undefined
  const itself = own && ownListener(cluster, identity, own)
  if (itself !== undefined) return itself
  const found = await templateOf(cluster.client, { namespace, workload }, signal)
  if (typeof found === 'string') return { unavailable: found }
  const template = { ...found, labels: { ...found.labels, ...identity.labels } }
  if (isOnHost(template)) return hostClone(cluster, identity, template, signal)
  const absent = await absentNode(cluster, node, signal)
  if (absent !== undefined) return { unavailable: absent }
  const standing = { identity, namespace, node, note: `tested in a pod with the labels of ${workload}` }
  return standInProbe(cluster, standing, template, signal)
}

/** A probe on the network of a node that runs the workload: the requested node, or the first. */
async function hostClone(
  cluster: Cluster,
  identity: Of<'like'>,
  template: Template,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { namespace, workload } = identity
  const node = identity.node ?? nodeNameOf(await podOfWorkload(cluster.client, identity, signal))
  if (node === undefined)
    return { unavailable: `${namespace}/${workload} has no pod, and so no node whose network it has` }
  const absent = await absentNode(cluster, node, signal)
  if (absent !== undefined) return { unavailable: absent }
  const note = `tested on the network of ${node}, with the labels of ${workload}`
  return freshProbe(cluster, { identity, namespace, node, note }, template, signal)
}

function nodeNameOf(live: LiveObject | undefined): string | undefined {
  return live?.spec?.['nodeName'] as string | undefined
}

/** A pod as a source: itself if it is a listener of this run, else a clone. */
async function podProbe(cluster: Cluster, identity: Of<'pod'>, signal: AbortSignal): Promise<Probe | Unavailable> {
  const { namespace, name } = identity
  const live = await getObject(cluster.client, { resource: resources.Pod, namespace, name }, signal)
  if (live === undefined) return { unavailable: `there is no pod ${namespace}/${name}` }
  return (
    ownListener(cluster, identity, live) ??
    clonedProbe(cluster, { kind: 'like', namespace, workload: `pod/${name}` }, signal)
  )
}

/**
 * A probe inside a pod's network. A listener of this run runs checks itself. A user's pod gets an ephemeral container,
 * if that is allowed.
 */
async function insideProbe(
  cluster: Cluster,
  identity: Of<'inside'>,
  signal: AbortSignal,
): Promise<Probe | Unavailable> {
  const { namespace, pod: name } = identity
  const canaryPod = await residentCanaryProbe(cluster, identity, signal)
  if (canaryPod !== undefined) return canaryPod
  const live = await getObject(cluster.client, { resource: resources.Pod, namespace, name }, signal)
  if (live === undefined) return { unavailable: `there is no pod ${namespace}/${name}` }
  return ownListener(cluster, identity, live) ?? ephemeralProbe(cluster, identity, signal)
}

/**
 * A pod on the node's network. A control never starts one. The pod bypasses the scheduler, so it also starts on a
 * cordoned node.
 */
async function nodeProbe(cluster: Cluster, identity: Of<'node'>, signal: AbortSignal): Promise<Probe | Unavailable> {
  const { node, control } = identity
  const absent = await cluster.nodes.refusal(node, 'named', signal)
  if (absent !== undefined) return { unavailable: absent }
  if (control === true) return { unavailable: `no pod is started on the network of ${node} for a control` }
  const namespace = await cluster.nodeNamespace(signal)
  const standing = { identity, namespace, node, note: `tested on the network of ${node}` }
  const probe = await freshProbe(cluster, standing, onNodeNetwork, signal)
  return 'unavailable' in probe ? probe : { ...probe, pod: undefined }
}

/** Matches the node's own processes: the node's resolver, and toleration of all taints. */
const onNodeNetwork: Template = {
  labels: {},
  spec: { hostNetwork: true, dnsPolicy: 'Default', tolerations: [{ operator: 'Exists' }] },
  adopted: false,
}

async function absentNamespace({ client }: Cluster, name: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await getObject(client, { resource: resources.Namespace, name }, signal).catch(() => 'unread')
  return found === undefined ? `there is no namespace ${name}` : undefined
}

async function absentNode(
  { nodes }: Cluster,
  name: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  return name === undefined ? undefined : nodes.refusal(name, 'scheduled', signal)
}

/** Whether a listener's pod was replaced by another of the same name after the probe was created. */
async function isGone({ client }: Cluster, { identity, pod }: Probe, signal: AbortSignal): Promise<boolean> {
  if (pod === undefined || (identity.kind !== 'inside' && identity.kind !== 'pod')) return false
  const { namespace, name } = pod
  const live = await getObject(client, { resource: resources.Pod, namespace, name }, signal)
  return live?.metadata.uid !== pod.uid
}
