import { expect, test } from 'vitest'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'

const space = (name: string) => `---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}}
`
const deployment = (namespace: string, name: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: ${namespace}, name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}}
`
const policy = (name: string, app: string, ingress: string) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: shop, name: ${name}}
spec: {podSelector: {matchLabels: {app: ${app}}}, ingress: ${ingress}}
`
const fromWeb = '{from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}]}'
const manifests = [
  ...['front', 'shop', 'lonely'].map(space),
  ...[deployment('front', 'web'), deployment('shop', 'api'), deployment('shop', 'db'), deployment('lonely', 'job')],
  policy('api', 'api', `[${fromWeb}, {from: [{podSelector: {}}]}]`),
  policy('db', 'db', '[{from: [{podSelector: {matchLabels: {app: api}}}]}]'),
  policy('db-twice', 'db', '[{from: [{podSelector: {matchLabels: {app: api}}}]}]'),
  policy('unused', 'nobody', '[]'),
].join('')
const scenario = `
apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  manifests: [manifests.yaml]
  sources:
    web: {namespace: front, like: deployment/web}
    api: {namespace: shop, like: deployment/api}
  targets:
    api: shop/deploy/api:80
    db: shop/deploy/db:80
  paths:
    - {from: web, to: api, expect: allowed}
    - {from: api, to: db, expect: allowed}
    - {from: web, to: db, expect: blocked}
`

test('coverage tells what no path turns on: namespaces, policies, rules that never admit, and those that never admit alone', async () => {
  const folder = await folderWith({ 'scenario.yaml': scenario, 'manifests.yaml': manifests })
  const { code, stdout, stderr } = await crosscheck(['coverage', '.'], { cwd: folder })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const shared = 'ingress[0]: every path that it admits is admitted by another rule too'
  expect(stdout.replaceAll(/manifests\.yaml:\d+: /g, '').split('\n')).toEqual([
    'namespace lonely: no path begins or ends there',
    'policy shop/api ingress[1]: no path is admitted by it',
    `policy shop/db ${shared}`,
    `policy shop/db-twice ${shared}`,
    'policy shop/unused: no path turns on it',
    '',
    'exercised: 2 of 3 namespaces, 3 of 4 policies, 1 of 4 rules',
    '',
  ])
})

test('coverage as JSON names each rule', async () => {
  const folder = await folderWith({ 'scenario.yaml': scenario, 'manifests.yaml': manifests })
  const { stdout } = await crosscheck(['coverage', 'scenario.yaml', '-o', 'json'], { cwd: folder })
  const { namespaces, policies } = JSON.parse(stdout) as {
    namespaces: unknown
    policies: { name: string; exercised: boolean; rules: unknown }[]
  }
  expect(namespaces).toContainEqual({ name: 'lonely', exercised: false })
  expect(policies.find(({ name }) => name === 'shop/api')).toMatchObject({
    exercised: true,
    rules: [
      { path: 'ingress[0]', covered: 'exercised' },
      { path: 'ingress[1]', covered: 'never' },
    ],
  })
})
