import { workloadsOf } from '../../fabric/lookup/listed.ts'
import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Pod, ServicePort } from '../../fabric/world.ts'
import type { Context, ServiceObject } from '../context.ts'
import type { Found, Rule } from '../rule.ts'

/** A Service sends requests to every pod that its selector matches, whether or not the pod listens (docs/semantics.md, rule 55). */
export const serviceOfTwoWorkloads: Rule = {
  id: 'service-of-two-workloads',
  severity: 'warning',
  summary: 'a Service that also selects the pods of a second workload, which does not declare its port',
  restsOnPresence: true,
  *find(context) {
    for (const { service, object } of context.services) {
      const found = strangersOf({ service, object }, context)
      if (found !== undefined) yield { object, path: ['spec', 'selector'], ...found }
    }
  },
}

function strangersOf({ service, object }: ServiceObject, context: Context): Omit<Found, 'object'> | undefined {
  if (service.selector === undefined) return undefined
  const pods = context.population
    .select(service.namespace, { matchLabels: service.selector })
    .filter((pod) => maySelect(object, pod, context))
  const workloads = [...Map.groupBy(pods, ({ workload: { kind, name } }) => `${kind}/${name}`).values()]
  for (const port of service.ports) {
    // A pod without the named target port is not an endpoint. A headless name still resolves to it.
    if (typeof port.targetPort === 'string' && !service.headless) continue
    const [serving, silent] = [true, false].map((wanted) =>
      workloads.filter((own) => own.some((pod) => declares(pod, port)) === wanted).flat(),
    )
    if (serving!.length === 0 || silent!.length === 0) continue
    const [served, others] = [workloadsOf(serving!), workloadsOf(silent!)]
    const jobs = silent!.every(({ workload: { kind } }) => kind === 'Job' || kind === 'CronJob')
    const message = `this selects the pods of ${others} too, which declare no port ${port.targetPort}/${port.protocol}, unlike those of ${served}: ${jobs ? 'while they run, ' : ''}a share of the connections goes to them and is refused if nothing listens there`
    return { message, fix: fixOf(serving!, silent!, served) }
  }
  return undefined
}

/** Whether a pod is in the input and in the namespace of the Service. */
function maySelect(service: ManifestObject, pod: Pod, { workloadOf, maySelect: may }: Context): boolean {
  const workload = pod.place === undefined ? undefined : workloadOf(pod)
  return workload !== undefined && may(service, workload)
}

function declares({ ports }: Pod, { targetPort, protocol }: ServicePort): boolean {
  return ports.some((own) => own.protocol === protocol && (own.name === targetPort || own.port === targetPort))
}

/** A label that all serving pods have, and none of the others. */
function fixOf(serving: readonly Pod[], silent: readonly Pod[], served: string): string {
  const own = Object.entries(serving[0]!.labels).find(
    ([key, value]) =>
      !key.startsWith('pod-template-') &&
      serving.every(({ labels }) => labels[key] === value) &&
      silent.every(({ labels }) => labels[key] !== value),
  )
  return own === undefined
    ? `give the pods of ${served} a label that the others lack, and select by it`
    : `add ${own[0]}: ${own[1]} to the selector, which only the pods of ${served} have`
}
