import { isStatus } from '../api/api-error.ts'
import type { Client } from '../api/client.ts'
import type { Right } from './rights.ts'

/**
 * The rights that the user lacks. One SelfSubjectRulesReview per namespace shows most rights. An authorizer other than
 * RBAC may not list its rules, so rights that are not listed are checked one by one (SelfSubjectAccessReview). If that
 * is also forbidden, nothing counts as missing, and the API server's error names the right.
 */
export async function missingRights(
  client: Client,
  wanted: readonly Right[],
  signal: AbortSignal,
  rulesOf = createRulesReader(client, signal),
): Promise<Right[]> {
  const unique = [...new Map(wanted.map((right) => [JSON.stringify(right), right])).values()]
  const spaces = [...new Set(unique.map(({ namespace }) => namespace ?? ''))].filter((name) => name !== '')
  const rules = new Map(await Promise.all(spaces.map(async (name) => [name, await rulesOf(name)] as const)))
  const unseen = unique.filter((right) => !rules.get(right.namespace ?? '')?.some((rule) => grants(rule, right)))
  const allowed = await Promise.all(unseen.map((right) => isAllowed(client, right, signal)))
  return unseen.filter((_, index) => !allowed[index])
}

/** Reads the rules of a namespace once. Reading can start before the required rights are known. */
export function createRulesReader(
  client: Client,
  signal: AbortSignal,
): (namespace: string) => Promise<readonly Rule[]> {
  const asked = new Map<string, Promise<readonly Rule[]>>()
  return (namespace) => {
    const rules = asked.get(namespace) ?? rulesIn(client, namespace, signal)
    asked.set(namespace, rules)
    rules.catch(() => undefined)
    return rules
  }
}

interface Rule {
  readonly verbs?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

/**
 * Matches a request with a rule like RBAC: `*` matches everything, including subresources; `*` before a slash matches
 * any kind.
 */
function grants(rule: Rule, { verb, group, resource, name }: Right): boolean {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [] } = rule
  const any = (list: readonly string[], ...wanted: readonly string[]) => wanted.some((each) => list.includes(each))
  const subresource = resource.includes('/') ? [`*/${resource.split('/')[1]}`] : []
  const named = resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))
  return named && any(verbs, verb, '*') && any(apiGroups, group, '*') && any(resources, resource, '*', ...subresource)
}

const root = '/apis/authorization.k8s.io/v1'

async function rulesIn(client: Client, namespace: string, signal: AbortSignal): Promise<readonly Rule[]> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
  try {
    const review = await client.send({ method: 'POST', path: `${root}/selfsubjectrulesreviews`, body }, signal)
    return (review as { status?: { resourceRules?: readonly Rule[] } }).status?.resourceRules ?? []
  } catch (error) {
    if (!isStatus(error, 403, 404)) throw error
    return []
  }
}

async function isAllowed(client: Client, right: Right, signal: AbortSignal): Promise<boolean> {
  const { verb, group, namespace, name } = right
  const [resource, subresource] = right.resource.split('/')
  const resourceAttributes = { verb, group, resource, subresource, namespace, name }
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }
  try {
    const review = await client.send({ method: 'POST', path: `${root}/selfsubjectaccessreviews`, body }, signal)
    return (review as { status?: { allowed?: boolean } }).status?.allowed === true
  } catch (error) {
    if (!isStatus(error, 403, 404)) throw error
    return true
  }
}
