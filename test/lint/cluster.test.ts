import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { crosscheck } from '../runner/cli/crosscheck.ts'

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 8080 }] }] },
})
const policy = (key: string) => ({
  metadata: { name: 'a', namespace: 'shop' },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ namespaceSelector: { matchLabels: { [key]: 'gone' } } }] }],
  },
})
const objects: Readonly<Record<string, readonly object[]>> = {
  '/api/v1/namespaces': [{ metadata: { name: 'shop', labels: {} } }],
  '/apis/apps/v1/deployments': [
    {
      metadata: { name: 'web', namespace: 'shop' },
      spec: { selector: { matchLabels: { app: 'web' } }, template: template('web') },
    },
  ],
  '/api/v1/services': [
    { metadata: { name: 'web', namespace: 'shop' }, spec: { selector: { app: 'wep' }, ports: [{ port: 8080 }] } },
  ],
  '/apis/networking.k8s.io/v1/networkpolicies': [policy('kubernetes.io/metadata.name')],
  '/apis/cilium.io/v2/ciliumnetworkpolicies': [{ metadata: { name: 'c', namespace: 'shop' }, spec: {} }],
}

/** An API server that has the objects above, and answers these paths with a status. */
async function kubeconfig(refused: Readonly<Record<string, number>>): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const custom = /cilium|calico|policy\.networking/.test(path) && objects[path] === undefined
    const status = refused[path] ?? (custom ? 404 : 200)
    response.writeHead(status, { 'content-type': 'application/json' })
    const message = `${path} is forbidden`
    response.end(JSON.stringify(status === 200 ? { items: objects[path] ?? [] } : { kind: 'Status', message }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const folder = await mkdtemp(join(tmpdir(), 'crosscheck-lint-'))
  onTestFinished(async () => {
    server.close()
    await rm(folder, { recursive: true })
  })
  const file = join(folder, 'config')
  const { port } = server.address() as AddressInfo
  await writeFile(
    file,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x', users: [{ name: 'u', user: {} }] },
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    }),
  )
  return file
}

it('lints a live cluster: an object is its own place, and what is not there does not exist', async () => {
  const { code, stdout, stderr } = await crosscheck(['lint', '--kubeconfig', await kubeconfig({})])
  expect(stdout).toContain('shop/service/web:1:1: warning: namespace shop has no pods labelled app=wep')
  expect(stdout).toContain('shop/networkpolicy/a:1:1: warning: there is no namespace gone: this peer matches nobody [')
  expect(stdout).toMatch(/^shop\/ciliumnetworkpolicy\/c:1:1: info: .* \[may-be-overridden\]$/m)
  expect([code, stderr]).toEqual([1, ''])
})

it('says which objects it may not read, and goes on where it can', async () => {
  const path = '/api/v1/configmaps'
  const { code, stderr } = await crosscheck(['lint', '--kubeconfig', await kubeconfig({ [path]: 403 })])
  expect(stderr).toContain(`warning: not looked at: GET ${path}`)
  expect(code).toBe(1)
})

it('stops where findings would be wrong without what it may not read', async () => {
  const path = '/api/v1/services'
  const { code, stdout, stderr } = await crosscheck(['lint', '--kubeconfig', await kubeconfig({ [path]: 403 })])
  expect(stderr).toContain(`${path} is forbidden`)
  expect([code, stdout]).toEqual([4, ''])
})

it('refuses files and a cluster at once', async () => {
  const { code, stderr } = await crosscheck(['lint', '--context', 'x', 'a.yaml'])
  expect(stderr).toContain('--context and --kubeconfig ask for a live cluster, and files are given too')
  expect(code).toBe(2)
})
