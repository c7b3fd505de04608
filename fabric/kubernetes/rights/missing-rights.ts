import type { Right } from './rights.ts'

/** Rights are missing, and nothing was created. The message has one command per kind of object that grants them. */
export class MissingRights extends Error {
  override readonly name = 'MissingRights'
  readonly lines: readonly string[]

  constructor(user: string, missing: readonly Right[]) {
    const lines = grantLines(user, missing)
    super(
      `${user} lacks rights, and nothing was made; somebody who may can grant them by\n${lines.map((line) => `  ${line}\n`).join('')}or by a manifest of deploy/rbac`,
    )
    this.lines = lines
  }
}

/** One kubectl command line per kind of object and namespace: a role with these verbs, and its binding to the user. */
function grantLines(user: string, missing: readonly Right[]): string[] {
  const groups = Map.groupBy(missing, ({ group, resource, namespace, name, ahead }) =>
    JSON.stringify([group, resource, ahead ? undefined : namespace, name]),
  )
  return [...groups.values()].map((rights) => grantLine(user, rights))
}

function grantLine(user: string, rights: readonly Right[]): string {
  const { group, resource, namespace, name, ahead } = rights[0]!
  const verbs = [...new Set(rights.map(({ verb }) => verb))]
  const within = namespace === undefined || ahead === true ? undefined : `-n ${namespace}`
  const role = ['crosscheck', ...resource.split('/'), ...verbs, ...(name === undefined ? [] : [name])].join('-')
  const [plural, subresource] = resource.split('/')
  const full = `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`
  const kind = within === undefined ? 'clusterrole' : 'role'
  const words = (...parts: readonly (string | undefined)[]) => parts.filter((part) => part !== undefined).join(' ')
  const onName = name === undefined ? undefined : `--resource-name=${name}`
  const create = words('kubectl create', kind, role, within, `--verb=${verbs.join(',')}`, `--resource=${full}`, onName)
  const bind = words('kubectl create', `${kind}binding`, role, within, `--${kind}=${role}`, subjectOf(user))
  return `${create} && ${bind}`
}

/** A service account's user name is `system:serviceaccount:NAMESPACE:NAME` (Kubernetes, "authenticating", service account tokens). */
function subjectOf(user: string): string {
  const [, , namespace, name] = user.split(':')
  return user.startsWith('system:serviceaccount:') ? `--serviceaccount=${namespace}:${name}` : `--user='${user}'`
}
