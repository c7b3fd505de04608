import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

export interface Role {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules: readonly Rule[]
}

const tiers = {
  r0: 'deploy/rbac/r0-read.yaml',
  r1: 'deploy/rbac/r1-resident.yaml',
  r2: 'deploy/rbac/r2-probes.yaml',
  r3: 'deploy/rbac/r3-controls.yaml',
} as const

export type Tier = keyof typeof tiers

/** The namespace of the service accounts: not the manifests' own, which somebody may use. */
export const accounts = 'crosscheck-tiers-accounts'

/** A tier's manifest as its head says that it is to be applied. */
export function manifestOf(tier: Tier, namespace: string): string {
  const text = readFileSync(tiers[tier], 'utf8').replaceAll('my-namespace', namespace)
  return text
    .replaceAll('name: crosscheck }', `name: ${accounts} }`)
    .replaceAll('namespace: crosscheck,', `namespace: ${accounts},`)
}

/** What a tier grants, one resource a rule. */
export function rolesOf(tier: Tier, namespace: string): Role[] {
  const documents = parseAllDocuments(manifestOf(tier, namespace)).map((each) => each.toJS() as Role)
  return documents
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .map((role) => ({
      ...role,
      rules: role.rules.flatMap((rule) =>
        rule.apiGroups.flatMap((group) =>
          rule.resources.map((resource) => ({ ...rule, apiGroups: [group], resources: [resource] })),
        ),
      ),
    }))
}

export function kubectl(args: readonly string[], input?: string): string {
  return execFileSync('kubectl', args, { encoding: 'utf8', ...(input === undefined ? {} : { input }) })
}

/** A kubeconfig by which a tier's service account asks, with a token of an hour; and how to be rid of it. */
export function kubeconfigOf(tier: Tier): { readonly file: string; readonly remove: () => void } {
  const config = JSON.parse(kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'])) as Config
  const token = kubectl(['create', 'token', `crosscheck-${tier}`, '-n', accounts, '--duration=1h']).trim()
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-tier-'))
  const file = join(folder, 'config')
  const users = config.users.map(({ name }) => ({ name, user: { token } }))
  writeFileSync(file, JSON.stringify({ ...config, users }))
  return { file, remove: () => rmSync(folder, { recursive: true }) }
}

interface Config {
  readonly users: readonly { readonly name: string }[]
}
