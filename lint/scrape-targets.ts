import { type Endpoint, endpointsOf } from '../fabric/endpoints.ts'
import { groupOf } from '../fabric/manifests/kinds.ts'
import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Pod, Service } from '../fabric/world.ts'
import type { Path } from '../policy/field.ts'
import { parseSelector } from '../policy/parse-selector.ts'
import { matchesSelector } from '../policy/selector.ts'
import type { LabelSelector, Protocol } from '../policy/types.ts'
import type { Context } from './context.ts'
import { hostsIn } from './hosts/extract.ts'
import { resolve } from './hosts/resolve.ts'
import { labelsAt, listOf, valueAt } from './templates.ts'

/** A port of a pod that Prometheus scrapes. */
export interface ScrapeTarget {
  /** The ServiceMonitor, PodMonitor or Probe. */
  readonly object: ManifestObject
  /** The path of the port in the object, or of the field that determines it. */
  readonly path: Path
  readonly pod: Pod
  readonly port: number
  readonly protocol: Protocol
}

/** Returns what the objects of the Prometheus operator scrape, as far as the input shows. */
export function scrapeTargetsIn(context: Context): ScrapeTarget[] {
  return context.objects
    .filter(({ apiVersion, namespace }) => groupOf(apiVersion) === 'monitoring.coreos.com' && namespace !== '')
    .flatMap((object) => {
      if (object.kind === 'ServiceMonitor') return ofServices(object, context)
      if (object.kind === 'PodMonitor') return ofPods(object, context)
      return object.kind === 'Probe' ? ofProbe(object, context) : []
    })
}

function ofServices(object: ManifestObject, context: Context): ScrapeTarget[] {
  const selector = selectorOf(object)
  const spaces = namespacesOf(object)
  const services = context.services.filter(
    (each) => spaces(each.service.namespace) && matchesSelector(selector, labelsAt(each.object.value)),
  )
  return listOf(valueAt(object.value, ['spec', 'endpoints'])).flatMap((endpoint, index) => {
    const { key, wanted } = portOf(endpoint)
    const path = ['spec', 'endpoints', index, key]
    return services
      .flatMap(({ service }) =>
        key === 'port' ? byServicePort(service, wanted, context) : byPodPort(selectedPods(service, context), wanted),
      )
      .map((target) => ({ object, path, ...target }))
  })
}

function ofPods(object: ManifestObject, context: Context): ScrapeTarget[] {
  const selector = selectorOf(object)
  const spaces = namespacesOf(object)
  const pods = context.world.pods.filter(
    ({ namespace, labels, place }) => place !== undefined && spaces(namespace) && matchesSelector(selector, labels),
  )
  return listOf(valueAt(object.value, ['spec', 'podMetricsEndpoints'])).flatMap((endpoint, index) => {
    const { key, wanted } = portOf(endpoint)
    const path = ['spec', 'podMetricsEndpoints', index, key]
    return byPodPort(pods, wanted).map((target) => ({ object, path, ...target }))
  })
}

/**
 * Prometheus scrapes the prober, which connects to the probed target. A short name resolves in the namespace of Prometheus and is skipped.
 */
function ofProbe(object: ManifestObject, context: Context): ScrapeTarget[] {
  const path = ['spec', 'prober', 'url']
  const url = valueAt(object.value, path)
  if (typeof url !== 'string') return []
  const text = url.includes('://') ? url : `http://${url}`
  return hostsIn({ text, form: 'setting', name: 'url' }).flatMap(({ host, port }) => {
    const is = host.includes('.') ? resolve(host, object.namespace, context) : undefined
    if (is?.kind !== 'service') return []
    return endpointsOf(is.service, context.world).flatMap((end) =>
      end.port === port ? targetOf(end).map((target) => ({ object, path, ...target })) : [],
    )
  })
}

type Target = Omit<ScrapeTarget, 'object' | 'path'>

function byServicePort(service: Service, name: unknown, { world }: Context): Target[] {
  return endpointsOf(service, world).flatMap((end) => (end.portName === name ? targetOf(end) : []))
}

function targetOf({ pod, targetPort: port, protocol }: Endpoint): Target[] {
  return pod === undefined ? [] : [{ pod, port, protocol }]
}

/** By name if a container declares it, or by number. */
function byPodPort(pods: readonly Pod[], wanted: unknown): Target[] {
  if (typeof wanted === 'number') return pods.map((pod) => ({ pod, port: wanted, protocol: 'TCP' }))
  return pods.flatMap((pod) =>
    pod.ports.filter(({ name }) => name === wanted).map(({ port, protocol }) => ({ pod, port, protocol })),
  )
}

function selectedPods({ namespace, selector }: Service, { population }: Context): readonly Pod[] {
  return selector === undefined ? [] : population.select(namespace, { matchLabels: selector })
}

function portOf(endpoint: unknown): { readonly key: string; readonly wanted: unknown } {
  const key = ['port', 'targetPort', 'portNumber'].find((each) => valueAt(endpoint, [each]) !== undefined) ?? 'port'
  return { key, wanted: valueAt(endpoint, [key]) }
}

function selectorOf({ value }: ManifestObject): LabelSelector {
  const source = { subject: '', at: () => undefined, problems: [] }
  return parseSelector({ value: valueAt(value, ['spec', 'selector']), path: [], source }) ?? {}
}

/** Its own namespace, unless `namespaceSelector` overrides it. */
function namespacesOf({ namespace, value }: ManifestObject): (name: string) => boolean {
  if (valueAt(value, ['spec', 'namespaceSelector', 'any']) === true) return () => true
  const names = listOf(valueAt(value, ['spec', 'namespaceSelector', 'matchNames']))
  return names.length === 0 ? (name) => name === namespace : (name) => names.includes(name)
}
