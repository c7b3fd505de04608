import type { ManifestObject } from '../fabric/manifests/object.ts'
import type { Path } from '../policy/field.ts'
import { suggest } from '../policy/suggest.ts'
import type { LabelSelector } from '../policy/types.ts'
import type { Context } from './context.ts'
import { perContext } from './per-context.ts'
import { listOf, valueAt } from './templates.ts'

/**
 * Returns what may create matching pods in a namespace that the input does not show: custom resources there, workloads whose service
 * account may create pods, and the operator whose API group appears in the selector's labels.
 */
export function podMakersIn(namespace: string, selector: LabelSelector, context: Context): string[] {
  const makers = [...context.operatorsIn(namespace), ...creatorsOf(context)(namespace)]
  const operators = domainsIn(selector).flatMap((domain) => operatorOf(domain, context) ?? [])
  return [...makers.map(({ kind, name }) => `${kind} ${name}`), ...operators, ...clusterItself(namespace, context)]
}

/** Pods that every cluster creates there, as static pods or through its own operators. A dump of a cluster already contains them. */
function clusterItself(namespace: string, { live, objects }: Context): string[] {
  const isOwn = namespace === 'kube-system' || /^openshift(-|$)/.test(namespace)
  const isDump = objects.some(
    ({ kind, namespace: own, value }) =>
      kind === 'Pod' && own === namespace && valueAt(value, ['metadata', 'uid']) !== undefined,
  )
  return live || !isOwn || isDump ? [] : ['the cluster itself']
}

/**
 * Workloads by the namespaces in which their service account may create pods. With a cluster-wide role, only their own namespace counts.
 */
const creatorsOf = perContext((context: Context): ((namespace: string) => readonly ManifestObject[]) => {
  const { objects, templates } = context
  const roles = new Set(objects.filter(createsPods).map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`))
  const grants = objects.filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding').flatMap(grantsIn)
  const able = grants.filter(({ role }) => roles.has(role))
  const creators = templates.flatMap(({ object, path, namespace }) => {
    const account = textAt(object.value, [...path, 'spec', 'serviceAccountName']) ?? 'default'
    const own = able.filter((grant) => grant.account === `${namespace}/${account}`)
    return own.map(({ where = namespace }) => ({ where, object }))
  })
  const byNamespace = Map.groupBy(creators, ({ where }) => where)
  return (namespace) => [...new Set((byNamespace.get(namespace) ?? []).map(({ object }) => object))]
})

const podKinds = ['*', 'pods', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs', 'cronjobs']

function createsPods({ kind, value }: ManifestObject): boolean {
  if (kind !== 'Role' && kind !== 'ClusterRole') return false
  return listOf(value['rules']).some((rule) => {
    const of = (key: string) => listOf(valueAt(rule, [key]))
    const groups = of('apiGroups').some((group) => ['', '*', 'apps', 'batch'].includes(String(group)))
    const verbs = of('verbs').some((verb) => verb === '*' || verb === 'create')
    return groups && verbs && of('resources').some((resource) => podKinds.includes(String(resource)))
  })
}

function textAt(value: unknown, path: Path): string | undefined {
  const text = valueAt(value, path)
  return typeof text === 'string' ? text : undefined
}

interface Grant {
  /** `Kind/namespace/name`. */
  readonly role: string
  /** `namespace/name`. */
  readonly account: string
  /** If absent, all namespaces. */
  readonly where?: string | undefined
}

function grantsIn({ kind, namespace, value }: ManifestObject): Grant[] {
  const [roleKind = '', name = ''] = ['kind', 'name'].map((key) => textAt(value, ['roleRef', key]))
  const role = `${roleKind}/${roleKind === 'Role' ? namespace : ''}/${name}`
  return listOf(value['subjects']).flatMap((subject): Grant[] => {
    if (textAt(subject, ['kind']) !== 'ServiceAccount') return []
    const account = `${textAt(subject, ['namespace']) ?? namespace}/${textAt(subject, ['name'])}`
    return [{ role, account, where: kind === 'RoleBinding' ? namespace : undefined }]
  })
}

/**
 * The domains in label keys of a selector: `longhorn.io` in `longhorn.io/component`. Domains of Kubernetes are excluded, because everyone
 * uses these labels.
 */
function domainsIn({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string[] {
  const keys = [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)]
  const domains = keys.flatMap((key) => (key.includes('/') ? [key.slice(0, key.indexOf('/'))] : []))
  return [...new Set(domains)].filter((domain) => !/(^|\.)(kubernetes\.io|k8s\.io)$/.test(domain))
}

/** Finds the operator that sets labels of a domain: its API group is in the input, or no pod of the input has a label of that domain. */
function operatorOf(domain: string, context: Context): string | undefined {
  const group = groupsOf(context).find(
    (each) => each === domain || each.endsWith(`.${domain}`) || domain.endsWith(`.${each}`),
  )
  if (group !== undefined) return `the operator of ${group}`
  const known = labelDomainsOf(context)
  return context.live || known.has(domain) || suggest(domain, known) !== undefined
    ? undefined
    : `an operator of ${domain}`
}

const groupsOf = perContext(({ objects }: Context): readonly string[] =>
  objects
    .filter(({ kind }) => kind === 'CustomResourceDefinition')
    .map(({ value }) => valueAt(value, ['spec', 'group']))
    .filter((group) => typeof group === 'string'),
)

const labelDomainsOf = perContext(({ templates }: Context): ReadonlySet<string> => {
  const keys = templates.flatMap(({ labels }) => Object.keys(labels))
  return new Set(keys.flatMap((key) => (key.includes('/') ? [key.slice(0, key.indexOf('/'))] : [])))
})
