import { stringify } from 'yaml'
import { listed, workloadsOf } from '../../fabric/lookup/listed.ts'
import { nameLabel } from '../../fabric/manifests/namespaces.ts'
import type { Context, PolicyObject } from '../context.ts'
import { ruleCoversPort } from '../covers.ts'
import { isolatorsOf } from '../isolators.ts'
import { othersMayAllow } from '../other-policies.ts'
import { mayBePeer, type Prometheus, prometheusIn } from '../prometheus.ts'
import type { Rule } from '../rule.ts'
import { type ScrapeTarget, scrapeTargetsIn } from '../scrape-targets.ts'

/** If the input does not show the Prometheus pods, reports only ports that are closed to every source. */
export const scrapeBlocked: Rule = {
  id: 'scrape-blocked',
  severity: 'warning',
  summary: 'a ServiceMonitor, PodMonitor or Probe whose target pods are closed to Prometheus',
  *find(context) {
    const closed = scrapeTargetsIn(context).filter((target) => isClosed(target, context))
    const groups = Map.groupBy(
      closed,
      ({ object, path }) => `${object.kind} ${object.namespace}/${object.name} ${path.join('.')}`,
    )
    for (const targets of groups.values()) {
      const { object, path } = targets[0]!
      const pods = targets.map(({ pod }) => pod)
      const policies = listed(
        pods.flatMap((pod) =>
          isolatorsOf(context)
            .ingress.get(pod)!
            .map((each) => each.policy.name),
        ),
      )
      const ports = listed(targets.map(({ port, protocol }) => `${port}/${protocol}`))
      const sources = prometheusIn(context)
      const who = sources.length === 0 ? 'any source' : listed(sources.map(({ name }) => name))
      const where = listed(pods.map(({ namespace }) => namespace))
      yield {
        object,
        path,
        message: `${workloadsOf(pods)} in ${where} is isolated for ingress by ${policies}, and no rule allows ${ports} from ${who}: scrapes fail`,
        fix: fixOf(targets[0]!, sources[0]),
      }
    }
  },
}

function isClosed({ pod, port, protocol }: ScrapeTarget, context: Context): boolean {
  const policies = isolatorsOf(context).ingress.get(pod)
  if (policies === undefined || othersMayAllow(pod.namespace, context)) return false
  const sources = prometheusIn(context)
  const allows = ({ policy }: PolicyObject) =>
    policy.ingress.some((rule) => {
      if (!ruleCoversPort(rule, { port, protocol }, pod)) return false
      const at = { policyNamespace: policy.namespace, context }
      return (
        rule.peers.length === 0 ||
        sources.length === 0 ||
        rule.peers.some((peer) => sources.some((source) => mayBePeer(source, peer, at)))
      )
    })
  return !policies.some(allows)
}

function fixOf({ port }: ScrapeTarget, source: Prometheus | undefined): string {
  const head = 'add to spec.ingress of a policy that selects these pods:'
  const ports = [{ port }]
  if (source === undefined) {
    const remark = '   # replace by the namespace of your Prometheus'
    const from = `- from: [{namespaceSelector: {matchLabels: {${nameLabel}: monitoring}}}]`
    return `${head}\n${from}${remark}\n  ports: [{port: ${port}}]`
  }
  const name = source.labels['app.kubernetes.io/name']
  const peer = {
    namespaceSelector: { matchLabels: { [nameLabel]: source.namespace } },
    podSelector: { matchLabels: name === undefined ? source.labels : { 'app.kubernetes.io/name': name } },
  }
  return `${head}\n${stringify([{ from: [peer], ports }]).trimEnd()}`
}
