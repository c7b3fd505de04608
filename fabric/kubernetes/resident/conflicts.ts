import { matchesSelector } from '../../../policy/selector.ts'
import type { LabelSelector, Labels } from '../../../policy/types.ts'
import { residentLabel } from '../../owned.ts'
import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import { getObject, type LiveObject, listObjects } from '../api/objects.ts'
import { type ResourceKind, resources } from '../api/resources.ts'
import { exposingService } from '../probe/probe-pods.ts'
import { type ResidentSource, residentName } from './source.ts'

/** Why a long-lived pod with a source's labels would cause harm. */
export interface Conflict {
  readonly sentence: string
  /** Whether the user may accept this conflict. A risk to traffic is never acceptable. */
  readonly acceptable: boolean
}

/**
 * Objects that would count the probe or send it traffic. A StatefulSet's pod increases the expected count of a budget
 * by one and is never healthy, so a budget with `maxUnavailable` or a percentage allows one disruption less (disruption
 * controller, `getExpectedScale`). An autoscaler includes the pod in its average.
 */
export async function residentConflicts(
  client: Client,
  source: ResidentSource,
  signal: AbortSignal,
): Promise<readonly Conflict[]> {
  const { namespace } = source
  const labels = { ...source.labels, [residentLabel]: residentName(source) }
  const [service, budgets, autoscalers] = await Promise.all([
    exposingService({ client }, namespace, source.labels, signal),
    all(client, 'PodDisruptionBudget', namespace, signal),
    all(client, 'HorizontalPodAutoscaler', namespace, signal),
  ])
  const exposed: Conflict[] =
    service === undefined
      ? []
      : [conflict(`the Service ${service} publishes pods that are not ready, and would send it traffic`, false)]
  if (typeof budgets === 'string' || typeof autoscalers === 'string') {
    const unread = [budgets, autoscalers].filter((each) => typeof each === 'string')
    return [...exposed, ...unread.map((why) => conflict(`whether something counts its pods is not known: ${why}`))]
  }
  const counting = budgets.filter((budget) => shrinks(budget, labels))
  const scaling = await Promise.all(autoscalers.map((each) => scales(client, each, labels, signal)))
  return [
    ...exposed,
    ...counting.map(({ metadata: { name } }) =>
      conflict(
        `the PodDisruptionBudget ${name} would allow one disruption less (with minAvailable as a number it would not)`,
      ),
    ),
    ...autoscalers
      .filter((_, index) => scaling[index])
      .map(({ metadata: { name } }) => conflict(`the HorizontalPodAutoscaler ${name} would count it`)),
  ]
}

function conflict(sentence: string, acceptable = true): Conflict {
  return { sentence, acceptable }
}

/** All objects of the kind; empty if the cluster does not have the kind; or why they cannot be listed. */
async function all(
  client: Client,
  kind: ResourceKind,
  namespace: string,
  signal: AbortSignal,
): Promise<LiveObject[] | string> {
  return listObjects(client, { resource: resources[kind], namespace }, signal).catch((error: unknown) => {
    if (isStatus(error, 404)) return []
    if (isStatus(error, 401, 403)) return error.message
    throw error
  })
}

function shrinks({ spec = {} }: LiveObject, labels: Labels): boolean {
  const selector = spec['selector'] as LabelSelector | undefined
  if (selector === undefined || !matchesSelector(selector, labels)) return false
  return typeof spec['minAvailable'] !== 'number'
}

/** Whether an autoscaler averages over a pod with these labels, according to the selector of its workload. */
async function scales(client: Client, autoscaler: LiveObject, labels: Labels, signal: AbortSignal): Promise<boolean> {
  const target = autoscaler.spec?.['scaleTargetRef'] as { readonly kind: string; readonly name: string } | undefined
  const resource = (['Deployment', 'StatefulSet', 'ReplicaSet'] as const).find((kind) => kind === target?.kind)
  if (target === undefined || resource === undefined) return false
  const at = { resource: resources[resource], namespace: autoscaler.metadata.namespace, name: target.name }
  const selector = (await getObject(client, at, signal))?.spec?.['selector'] as LabelSelector | undefined
  return selector !== undefined && matchesSelector(selector, labels)
}
