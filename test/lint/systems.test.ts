import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileSystem, loadManifests } from '../../fabric/manifests/files.ts'
import { lint } from '../../lint/lint.ts'
import { rules } from '../../lint/rules.ts'

async function findings(...paths: readonly string[]) {
  const { objects, problems } = await loadManifests(paths, fileSystem(process.stdin))
  return lint({ objects, problems, texts: new Map(), rules }).findings
}

/** The findings of one rule, each with the line of the file that it names. */
async function linesOf(rule: string, ...paths: readonly string[]): Promise<string[]> {
  const found = (await findings(...paths)).filter((finding) => finding.rule === rule)
  return found.map(({ place }) => readFileSync(place.file, 'utf8').split('\n')[place.line - 1]?.trim() ?? '')
}

describe('the faults of the five systems are found at their lines', () => {
  const broken = (name: string) => `test/fixtures/broken/${name}/manifests.yaml`

  it('trackdechets: labels on the Deployment and not on its template', async () => {
    const path = broken('trackdechets/a-unlabelled-templates')
    const found = (await findings(path)).filter(({ rule }) => rule === 'policy-selects-no-pod')
    expect(found.map(({ object }) => object)).toEqual([
      'NetworkPolicy trackdechets-frontend/allow-ingress-frontend',
      'NetworkPolicy trackdechets-backend/allow-ingress-backend',
      'NetworkPolicy trackdechets-backend/allow-frontend-to-backend',
      'NetworkPolicy trackdechets-backend/allow-internal-backend',
    ])
    expect(found[0]?.message).toContain('deployment/ui')
    expect(found[0]?.message).toContain('in metadata.labels, not in spec.template.metadata.labels')
  })

  it('trackdechets: namespaces by a label that they do not carry, and the DNS that this cuts off', async () => {
    const path = broken('trackdechets/b-namespace-labels')
    expect(await linesOf('namespace-selector-matches-nothing', path)).toEqual([
      'matchLabels: { name: ingress-nginx }',
      'matchLabels: { name: ingress-nginx }',
      'matchLabels: { name: kube-system }',
    ])
    expect(await linesOf('egress-without-dns', path)).toEqual(['- to:'])
  })

  it('trackdechets: an Ingress to a Service of the other namespace', async () => {
    expect(await linesOf('ingress-backend-elsewhere', broken('trackdechets/c-ingress-across-namespaces'))).toEqual([
      expect.stringContaining('name: api'),
    ])
  })

  it("ai-saas: a rule by the Service's port", async () => {
    expect(await linesOf('service-port-in-rule', broken('ai-saas/scrape-by-service-port'))).toEqual([
      '- { protocol: TCP, port: 80 }',
    ])
  })

  it('ai-saas: one of three pods without the label', async () => {
    const found = await findings(broken('ai-saas/one-pod-unlabelled'))
    const partly = found.filter(({ rule }) => rule === 'service-partly-selected')
    expect(partly.map(({ object, message }) => [object, message.includes('deployment/backend-canary')])).toEqual([
      ['NetworkPolicy app-backend/allow-monitoring', true],
    ])
  })

  it('nova: every short name across namespaces, and the postgres that was left behind', async () => {
    const path = 'scenarios/nova-before/manifests'
    expect(await linesOf('short-name-across-namespaces', path)).toEqual([
      '- { name: CONTENT_SERVICE_URL, value: "http://content-service:9081" }',
      '- { name: FEED_SERVICE_URL, value: "http://feed-service:9082" }',
      '- { name: AUTH_SERVICE_URL, value: "http://auth-service:9083" }',
      '- { name: MEDIA_SERVICE_URL, value: "http://media-service:9084" }',
    ])
    const stores = (await findings(path)).filter(({ rule }) => rule === 'duplicate-store')
    expect(stores.map(({ object, place }) => `${place.file} ${object}`)).toEqual([
      'scenarios/nova-before/manifests/nova-legacy.yaml StatefulSet nova/postgres',
    ])
  })

  it('stacks: an unknown key, and a default deny that was made in the wrong namespace', async () => {
    expect(await linesOf('invalid-object', broken('stacks/unknown-key'))).toEqual(['pod_selector: {}'])
    const path = broken('stacks/default-deny-elsewhere')
    expect(await linesOf('redundant-policy', path)).toEqual(['name: production-default-deny-ingress'])
    expect(await linesOf('namespace-without-policy', path)).toEqual(['name: production'])
  })

  it('amazon-store: no policy in any namespace', async () => {
    const folder = 'test/fixtures/broken/amazon-store/without-policies'
    const names = await linesOf('namespace-without-policy', `${folder}/dev.yaml`, `${folder}/prod.yaml`)
    expect(names).toEqual(['name: amazon-api-dev', 'name: kong-dev', 'name: amazon-api-prod', 'name: kong-prod'])
  })
})

it('manifests like those of real teams: their faults and nothing else, where operators make pods that are not given', async () => {
  const count = async (path: string) => {
    const found = (await findings(path)).filter(({ severity }) => severity !== 'info')
    return Object.fromEntries([...Map.groupBy(found, ({ rule }) => rule)].map(([rule, all]) => [rule, all.length]))
  }
  expect(await count('test/fixtures/real-like/trackdechets/as-applied.yaml')).toEqual({ 'policy-selects-no-pod': 4 })
  expect(await count('test/fixtures/real-like/trackdechets/kustomized.yaml')).toEqual({
    'dns-by-one-protocol': 1,
    'service-without-pods': 2,
  })
  const infos = (await findings('test/fixtures/real-like/trackdechets/kustomized.yaml')).map(
    ({ rule, severity }) => `${severity} ${rule}`,
  )
  expect(infos).toContain('info egress-without-dns')
})

it.each(['ai-saas', 'amazon-store', 'nova-after', 'stacks', 'trackdechets'])(
  'scenarios/%s has nothing worse than an info',
  async (name) => {
    const found = await findings(`scenarios/${name}/manifests`)
    expect(found.filter(({ severity }) => severity !== 'info')).toEqual([])
  },
)
