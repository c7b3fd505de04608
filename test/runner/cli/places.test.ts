import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reportSchema } from '../../../runner/report/schema.ts'
import { crosscheck } from './crosscheck.ts'
import { folderWith } from './folder.ts'

const node = (name: string, address: string) => `
apiVersion: v1
kind: Node
metadata: { name: ${name} }
status: { addresses: [{ type: InternalIP, address: ${address} }] }
---`
/** A collector on the network of both nodes; a store on one of them, which allows the collector by its labels. */
const logs = `${node('left', '192.0.2.21')}${node('right', '192.0.2.22')}
apiVersion: v1
kind: Namespace
metadata: { name: logs }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { namespace: logs, name: collector }
spec:
  selector: { matchLabels: { app: collector } }
  template:
    metadata: { labels: { app: collector } }
    spec: { hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers: [{ name: c, image: i }] }
---
apiVersion: v1
kind: Pod
metadata: { namespace: logs, name: store, labels: { app: store } }
spec: { nodeName: right, containers: [{ name: c, image: i, ports: [{ containerPort: 3100 }] }] }
---
apiVersion: v1
kind: Service
metadata: { namespace: logs, name: store }
spec: { selector: { app: store }, ports: [{ port: 80, targetPort: 3100 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: logs, name: collectors }
spec:
  podSelector: { matchLabels: { app: store } }
  policyTypes: [Ingress]
  ingress: [{ from: [{ podSelector: { matchLabels: { app: collector } } }PEER] }]
`
const broken = logs.replace('PEER', '')
const fixed = logs.replace('PEER', ', { ipBlock: { cidr: 192.0.2.21/32 } }')
const scenario = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: logs }
spec:
  manifests: [logs.yaml]
  sources: { collector: logs/ds/collector }
  targets: { store: http://store.logs }
  paths:
    - { from: collector, to: store, expect: allowed }
    - { from: collector, to: logs/pod/store:3100, expect: blocked }
`
const differs = 'differs by node: allowed from node right, blocked from node left'

test('a source whose nodes differ fails both expectations, and says which node gets through', async () => {
  const cwd = await folderWith({ 'logs.yaml': broken, 'scenario.yaml': scenario })
  for (const mode of ['--predict', '--lab']) {
    const { code, stdout } = await crosscheck(['run', mode, 'scenario.yaml', '-o', 'text', '-o', 'json=out.json'], {
      cwd,
    })
    expect([code, stdout]).toEqual([1, expect.stringContaining('2 failed')])
    const { paths } = reportSchema.parse(JSON.parse(await readFile(join(cwd, 'out.json'), 'utf8')))
    expect(paths.map(({ explanation }) => explanation.split('\n')[0])).toEqual([differs, differs])
    expect(paths[0]?.places.map(({ place, predicted }) => [place, predicted])).toEqual([
      ['node left', 'deny'],
      ['node right', 'allow'],
    ])
    if (mode === '--lab') {
      expect(paths.map(({ seen }) => seen)).toEqual(['partly', 'partly'])
      expect(paths[0]?.places.map(({ status, seen, source }) => [status, seen, source?.pod, source?.node])).toEqual([
        ['fail', 'blocked', 'logs/collector-1', 'left'],
        ['pass', 'open', 'logs/collector-2', 'right'],
      ])
    }
  }
})

test('explain says how it differs by node, and its fix opens the way from each', async () => {
  const explained = async (input: string) =>
    (await crosscheck(['explain', 'logs/ds/collector', 'http://store.logs', '-f', '-'], { input })).stdout
  const text = await explained(broken)
  expect(text.split('\n')[0]).toBe(`logs/ds/collector → http://store.logs: ${differs}`)
  expect(text).toContain('logs/store (10.244.1.2:3100) from node left: blocked')
  expect(text).toContain('logs/store (10.244.1.2:3100) from node right: open')
  expect(text).toContain('cidr: 192.0.2.21/32')
  expect(await explained(fixed)).toContain(': policies let it through')
})

test('check asks from each node, and its answer is open once each may pass', async () => {
  const asked = (input: string) =>
    crosscheck(['check', 'logs/ds/collector', 'http://store.logs', '--lab', '-f', '-'], { input })
  const before = await asked(broken)
  expect([before.code, before.stdout]).toEqual([1, expect.stringMatching(/^partly open: /)])
  expect(before.stdout).toContain(differs)
  const after = await asked(fixed)
  expect([after.code, after.stdout]).toEqual([0, expect.stringMatching(/^open: /)])
  expect(after.stdout).toMatch(/source {5}logs\/collector-1 on left.*: open\n +logs\/collector-2 on right.*: open/)
})
