import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { Command as Definition } from 'commander'
import type { Fabric } from '../../fabric/fabric.ts'
import type { ClusterOptions } from '../../fabric/kubernetes/open.ts'
import type { Scenario } from '../scenario/model.ts'
import { spacesOf } from '../scenario/namespaces.ts'
import { accessOf, defineAccess } from './access.ts'
import type { Invocation } from './command.ts'
import type { Io } from './io.ts'
import type { Prepared } from './scenarios.ts'
import { version } from './version.ts'

/** The cluster, and the image and settings of the probes. */
export interface ClusterRequest {
  readonly kubeconfig?: string
  readonly context?: string
  readonly image: string
  readonly imagePullSecret?: string
  /** A file with additions to every pod that Crosscheck creates. */
  readonly probePatch?: string
  /** The namespace of the standing canary. */
  readonly canaryNamespace?: string
  /** Limits: new connections per second per node, and connections in flight per source. */
  readonly perSecond?: number
  readonly inFlight?: number
  /** Deploys the scenario's manifests first, with Crosscheck's listener in place of every image. */
  readonly rehearse: boolean
}

/** Adds the options that select a cluster and configure probes. */
export function defineCluster(definition: Definition): Definition {
  return defineAccess(definition)
    .option('--image <name>', 'the image of probes, as the nodes pull it or have it', `crosscheck:${version}`)
    .option('--image-pull-secret <name>', 'a secret in the namespaces of the sources by which the image is pulled')
    .option('--probe-patch <file>', 'a pod template with what probes need besides: tolerations, labels, registries')
    .option(
      '--canary-namespace <name>',
      'where the standing canary is (default: crosscheck-canary), or a namespace that is lent to canaries',
    )
}

/** Reads the cluster options. */
export function readCluster({ options }: Pick<Invocation, 'options'>): ClusterRequest {
  const { kubeconfig, context, image, imagePullSecret, probePatch, canaryNamespace, rehearse } = options as Partial<
    Record<string, string>
  >
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    image: image ?? `crosscheck:${version}`,
    ...(imagePullSecret === undefined ? {} : { imagePullSecret }),
    ...(probePatch === undefined ? {} : { probePatch }),
    ...(canaryNamespace === undefined ? {} : { canaryNamespace }),
    rehearse: rehearse !== undefined,
  }
}

/** Returns a function that opens the cluster for each scenario, and rehearses the manifests on request. */
export function clusterOpener(
  prepared: readonly Prepared[],
  request: ClusterRequest,
  io: Io,
): (scenario: Scenario, signal: AbortSignal) => Promise<Fabric> {
  const objectsOf = new Map(prepared.map(({ scenario, objects }) => [scenario, objects]))
  const open = async (scenario: Scenario, signal: AbortSignal): Promise<Fabric> => {
    const options = { ...(await clusterOptions(request, io)), mesh: scenario.mesh ?? false }
    if (!request.rehearse) {
      const { openCluster } = await import('../../fabric/kubernetes/open.ts')
      return openCluster({ ...options, namespaces: spacesOf(scenario) }, signal)
    }
    const { openRehearsal } = await import('../../fabric/kubernetes/change/rehearsal.ts')
    const { fabric, left } = await openRehearsal(options, objectsOf.get(scenario) ?? [], signal)
    const notes = left.length === 0 ? [] : [`not rehearsed: ${left.join(', ')}`]
    return { ...fabric, notes: [...(fabric.notes ?? []), ...notes] }
  }
  return (scenario, signal) =>
    open(scenario, signal).catch((error: unknown) => suggestAlternatives(error, withoutCluster))
}

/** Opens the existing cluster. Reads `namespaces` one by one if a cluster-wide list is forbidden. */
export async function openLive(
  request: ClusterRequest,
  { namespaces, otherwise }: { readonly namespaces: readonly string[]; readonly otherwise: string },
  io: Io,
): Promise<Fabric> {
  const { openCluster } = await import('../../fabric/kubernetes/open.ts')
  const options = { ...(await clusterOptions(request, io)), namespaces }
  return openCluster(options, io.signal).catch((error: unknown) => suggestAlternatives(error, otherwise))
}

const withoutCluster = '--lab runs in network namespaces of this machine, --predict asks the policy engine alone'

/** If no cluster is reachable, suggests alternatives. Crosscheck never switches to one silently. */
export async function suggestAlternatives(error: unknown, otherwise: string): Promise<never> {
  const { ClusterUnavailable } = await import('../../fabric/kubernetes/api/client.ts')
  if (!(error instanceof ClusterUnavailable)) throw error
  throw new ClusterUnavailable(`${error.message}; without a cluster: ${otherwise}`)
}

/** Combines the request and the environment into options for the fabric. */
async function clusterOptions(request: ClusterRequest, io: Io): Promise<ClusterOptions> {
  const { image, imagePullSecret, probePatch, canaryNamespace, perSecond, inFlight } = request
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
  const { processVantage } = await import('../../checks/process-vantage.ts')
  const vantage = processVantage({ resolvConf: '/etc/resolv.conf', hosts: '/etc/hosts' })
  return {
    access: accessOf(request, io),
    image,
    ...(imagePullSecret === undefined ? {} : { imagePullSecret }),
    ...(probePatch === undefined ? {} : { patch: await patchIn(probePatch) }),
    ...(canaryNamespace === undefined ? {} : { canaryNamespace }),
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(inFlight === undefined ? {} : { concurrency: inFlight }),
    outside: { vantage, addresses, inCluster: existsSync('/var/run/secrets/kubernetes.io/serviceaccount/token') },
    now: io.now,
  }
}

/** Loaded only if a patch is given, because it needs a YAML parser. */
async function patchIn(file: string) {
  const { readProbePatch } = await import('./probe-patch.ts')
  return readProbePatch(file)
}
