import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../fabric/fabric.ts'
import { type Client, connectCluster } from '../../fabric/kubernetes/api/client.ts'
import { MissingRights } from '../../fabric/kubernetes/rights/missing-rights.ts'
import { createPreflight } from '../../fabric/kubernetes/rights/preflight.ts'
import { type Right, rightsOfCanary, rightsOfSource } from '../../fabric/kubernetes/rights/rights.ts'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'
import { absent, image } from './opening.ts'
import { accounts, kubeconfigOf, kubectl, manifestOf, type Role, rolesOf, type Tier } from './tiers.ts'

const namespace = 'crosscheck-tiers'
const canaries = 'crosscheck-canaries'
/** Not the usual one, which somebody may use. */
const standing = 'crosscheck-tiers-canary'
const { signal } = new AbortController()

const app = (name: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: { namespace: ${namespace}, name: ${name} }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      automountServiceAccountToken: false
      containers:
        - name: app
          image: ${image}
          args: [listen, --tcp, "8080"]
          ports: [{ containerPort: 8080 }]
`
const town = `apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
${['web', 'client', 'other'].map(app).join('')}---
apiVersion: v1
kind: Service
metadata: { namespace: ${namespace}, name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: ${namespace}, name: web }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }] }]
`
const scenario = (sources: 'like' | 'as') => `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: tiers }
spec:
  sources:
    client: { namespace: ${namespace}, ${sources}: deployment/client }
    other: { namespace: ${namespace}, ${sources}: deployment/other }
  targets: { web: "tcp://web.${namespace}:80" }
  paths:
    - { from: client, to: web, expect: allowed }
    - { from: other, to: web, expect: blocked }
`

describe.skipIf(absent !== undefined)(`rights on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  const closing: (() => Promise<void> | void)[] = []
  beforeAll(() => {
    kubectl(['apply', '-f', '-'], town)
    kubectl(['rollout', 'status', '-n', namespace, 'deployment/web', 'deployment/client', 'deployment/other'])
  })
  afterAll(async () => {
    for (const close of closing) await close()
    for (const tier of ['r0', 'r2', 'r3'] as const)
      kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], manifestOf(tier, namespace))
    kubectl(['delete', 'namespace', namespace, '--wait=false'])
  })

  /** The tier's manifest alone, and the kubeconfig of its service account. */
  const as = (tier: Tier): string => {
    kubectl(['apply', '-f', '-'], manifestOf(tier, namespace))
    const { file, remove } = kubeconfigOf(tier)
    closing.push(remove)
    return file
  }
  const run = async (kubeconfig: string, sources: 'like' | 'as') =>
    crosscheck(
      ['run', 'scenario.yaml', '--kubeconfig', kubeconfig, '--image', image, '--canary-namespace', canaries, '-v'],
      { cwd: await folderWith({ 'scenario.yaml': scenario(sources) }) },
    )
  const owned = () =>
    kubectl(['get', 'all,networkpolicies,configmaps', '-A', '-l', 'crosscheck.dev/owned', '-o', 'name'])
      .split('\n')
      .filter((line) => line.includes(namespace) || line.includes(canaries))

  it('R0 explains and predicts, and is told all that a run would need before anything is made', async () => {
    const kubeconfig = as('r0')
    const explained = await crosscheck([
      ...['explain', `${namespace}/deployment/other`, `${namespace}/service/web:80`, '--kubeconfig', kubeconfig],
    ])
    expect([explained.stderr, explained.code]).toEqual(['', 0])
    expect(explained.stdout).toContain(`${namespace}/web`)
    const linted = await crosscheck(['lint', '--kubeconfig', kubeconfig, '--context', context()])
    expect(linted.stderr).not.toContain('forbidden')
    const { code, stderr } = await run(kubeconfig, 'like')
    expect(code).toBe(4)
    const lines = stderr.split('\n').filter((line) => line.includes('kubectl create'))
    expect(lines.map((line) => line.replace(/ --verb.*/, '').trim())).toContain(
      `kubectl create role crosscheck-pods-create-patch-delete -n ${namespace}`,
    )
    expect(stderr).toContain(`system:serviceaccount:${accounts}:crosscheck-r0 lacks rights, and nothing was made`)
    expect(owned()).toEqual([])
  })

  it('R1 runs over resident probes, and makes no pod', async () => {
    const admin = ['--image', image, '--canary-namespace', standing]
    const cwd = await folderWith({ 'scenario.yaml': scenario('like') })
    const installed = await crosscheck(['probes', 'install', 'scenario.yaml', ...admin], { cwd })
    expect([installed.stderr.includes('error'), installed.code], installed.stderr).toEqual([false, 0])
    try {
      const manifest = manifestOf('r1', namespace)
        .replace('[crosscheck-plain-0]', '[crosscheck-deployment-client-0, crosscheck-deployment-other-0]')
        .replaceAll('namespace: crosscheck-canary,', `namespace: ${standing},`)
      kubectl(['apply', '-f', '-'], manifest)
      const { file, remove } = kubeconfigOf('r1')
      closing.push(remove, () => void kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], manifest))
      const args = ['run', 'scenario.yaml', '--kubeconfig', file, '--canary-namespace', standing, '-v']
      const { code, stdout, stderr } = await crosscheck(args, { cwd })
      expect([stdout.match(/(\d) passed/)?.[1], code], `${stdout}${stderr}`).toEqual(['2', 0])
      expect(stdout).toContain('resident probe')
    } finally {
      await crosscheck(['probes', 'remove', '-n', namespace, '-n', standing])
    }
  })

  it('R2 runs with fresh probes, and with its canary in a namespace that is lent to it', async () => {
    const { code, stdout, stderr } = await run(as('r2'), 'like')
    expect([stderr.includes('forbidden'), stdout.match(/(\d) passed/)?.[1], code], `${stdout}${stderr}`).toEqual([
      ...[false, '2', 0],
    ])
    expect(kubectl(['get', 'namespace', canaries, '-o', 'name']).trim()).toBe(`namespace/${canaries}`)
    expect(owned()).toEqual([])
  })

  it('R3 asks from inside real pods', async () => {
    const { code, stdout, stderr } = await run(as('r3'), 'as')
    expect([stderr.includes('forbidden'), stdout.match(/(\d) passed/)?.[1], code], `${stdout}${stderr}`).toEqual([
      ...[false, '2', 0],
    ])
  })

  describe('of which one is missing', () => {
    const identities: Identity[] = [
      { kind: 'namespace', namespace },
      { kind: 'like', namespace, workload: 'deployment/client' },
      { kind: 'like', namespace, workload: 'daemonset/client' },
      { kind: 'as', namespace, workload: 'deployment/client' },
    ]
    const wanted = [
      ...identities.flatMap(rightsOfSource),
      ...rightsOfCanary({ namespace: canaries, kind: 'lent' }),
    ].map(({ verb, group, resource }) => ({ verb, group, resource }))
    const rights = [...new Map(wanted.map((right) => [JSON.stringify(right), right])).values()]
    let client: Client
    let permit: () => Promise<void>
    beforeAll(async () => {
      client = await connectCluster({ kubeconfig: as('r3'), environment: {} })
      closing.push(() => client.close())
      const residentCanary = { namespace: canaries, standing: false, taken: new Map() }
      const asker = { user: `system:serviceaccount:${accounts}:crosscheck-r3`, canaryNamespace: canaries }
      const residents = { pods: new Map(), tokens: new Map(), probes: new Map() }
      const preflight = createPreflight({ client, namespaces: new Set(), residentCanary, residents }, asker)
      permit = () => preflight({ identities, objects: [] }, signal)
    })

    it('nothing is said while none is', async () => {
      await expect.poll(() => permit().then(() => 'granted', String), { timeout: 10_000 }).toBe('granted')
    })

    it.each(rights.map((right) => [`${right.verb} ${right.resource}`, right] as const))(
      'says so of %s, with lines that grant just that',
      async (_, right) => {
        kubectl(['replace', '-f', '-'], without(right))
        try {
          let lines: readonly string[] = []
          const look = async () => {
            lines = await permit().then(() => [], linesOf)
            return lines.length
          }
          await expect.poll(look, { timeout: 10_000 }).toBeGreaterThan(0)
          const plural = right.resource.split('/')[0]!
          for (const line of lines) {
            expect(line).toContain(`--verb=${right.verb} --resource=${plural}`)
            expect(line).toMatch(/^kubectl create role \S+ -n \S+ .* && kubectl create rolebinding \S+ -n /)
          }
          for (const line of lines.flatMap((each) => each.split(' && '))) kubectl(line.split(' ').slice(1))
          await expect.poll(() => permit().then(() => 'granted', String), { timeout: 10_000 }).toBe('granted')
          for (const line of lines.flatMap((each) => each.split(' && '))) {
            const [, , kind, name, , space] = line.split(' ')
            kubectl(['delete', kind!, name!, '-n', space!])
          }
        } finally {
          kubectl(['replace', '-f', '-'], textOf(rolesOf('r3', namespace)))
        }
      },
    )
  })
})

/** The tier's roles less one right. */
function without({ verb, group, resource }: Pick<Right, 'verb' | 'group' | 'resource'>): string {
  const roles = rolesOf('r3', namespace).map((role) => ({
    ...role,
    rules: role.rules
      .map((rule) =>
        rule.apiGroups.includes(group) && rule.resources.includes(resource)
          ? { ...rule, verbs: rule.verbs.filter((each) => each !== verb) }
          : rule,
      )
      .filter(({ verbs }) => verbs.length > 0),
  }))
  return textOf(roles)
}

function textOf(roles: readonly Role[]): string {
  return roles.map((role) => JSON.stringify(role)).join('\n')
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof MissingRights) return error.lines
  throw error
}

function context(): string {
  return kubectl(['config', 'current-context']).trim()
}
