import { expect, test } from 'vitest'
import { crosscheck } from './crosscheck.ts'
import { folderWith } from './folder.ts'

const manifests = `
apiVersion: v1
kind: Pod
metadata: { name: a, namespace: shop, labels: { app: a } }
spec: { containers: [{ name: c, image: x }] }
---
apiVersion: v1
kind: Pod
metadata: { name: b, namespace: shop, labels: { app: b } }
spec: { containers: [{ name: c, image: x, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: v1
kind: Service
metadata: { name: b, namespace: shop }
spec: { selector: { app: b }, ports: [{ port: 8080 }] }
`
const scenario = `
apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: shop }
spec:
  manifests: [all.yaml]
  paths: [{ from: shop/pod/a, to: "http://b:8080", expect: allowed }]
`
const own = ['addresses of pods and Services', 'node node-1']
const all = [...own, 'cluster DNS in kube-system (label k8s-app=kube-dns)']
const line = `assumed, not in the input: ${all.join('; ')}`

test('what the manifests do not have is called assumed once, in every command', async () => {
  const cwd = await folderWith({ 'all.yaml': manifests, 'scenario.yaml': scenario })
  const path = ['shop/pod/a', 'http://b.shop:8080']
  const commands = {
    explain: ['explain', ...path, '-f', 'all.yaml'],
    check: ['check', ...path, '--lab', '-f', 'all.yaml'],
    matrix: ['matrix', '--predict', '-A', '-f', 'all.yaml'],
    run: ['run', '--lab', 'scenario.yaml'],
    predicted: ['run', '--predict', 'scenario.yaml'],
  }
  for (const args of Object.values(commands)) {
    const { stdout } = await crosscheck([...args, '-o', 'text'], { cwd })
    expect(stdout.replaceAll(/\s+/g, ' ').split(line), args[0]).toHaveLength(2)
    const json = await crosscheck([...args, '-o', 'json'], { cwd })
    const found = JSON.parse(json.stdout) as { assumed?: string[]; run?: { scenarios: { assumed: string[] }[] } }
    expect(found.assumed ?? found.run?.scenarios[0]?.assumed, args[0]).toEqual(all)
  }
})

test('a matrix without the pods of DNS assumes no DNS', async () => {
  const cwd = await folderWith({ 'all.yaml': manifests })
  const { stdout } = await crosscheck(['matrix', '--predict', '-f', 'all.yaml', '-o', 'json'], { cwd })
  expect((JSON.parse(stdout) as { assumed: string[] }).assumed).toEqual(own)
})
