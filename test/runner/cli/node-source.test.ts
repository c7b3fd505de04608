import { expect, test } from 'vitest'
import { crosscheck } from './crosscheck.ts'
import { folderWith } from './folder.ts'

/** A webhook on the node `worker`, isolated but for its own namespace, and a policy that denies its pods all egress. */
const hooks = `
apiVersion: v1
kind: Node
metadata: { name: master }
status: { addresses: [{ type: InternalIP, address: 192.0.2.10 }] }
---
apiVersion: v1
kind: Node
metadata: { name: worker }
status: { addresses: [{ type: InternalIP, address: 192.0.2.11 }] }
---
apiVersion: v1
kind: Namespace
metadata: { name: hooks }
---
apiVersion: v1
kind: Pod
metadata: { namespace: hooks, name: hook, labels: { app: hook } }
spec: { nodeName: worker, containers: [{ name: c, image: i, ports: [{ containerPort: 9443 }] }] }
---
apiVersion: v1
kind: Service
metadata: { namespace: hooks, name: hook }
spec: { selector: { app: hook }, ports: [{ port: 443, targetPort: 9443 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: hooks, name: own-namespace }
spec: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ from: [{ podSelector: {} }] }] }
`
const service = 'hook.hooks.svc.cluster.local:443'

test('a node is a source of explain, by its name and by its address, and egress policies do not apply to it', async () => {
  const explained = async (from: string) =>
    (await crosscheck(['explain', from, service, '-f', '-'], { input: hooks })).stdout.replaceAll(/\s+/g, ' ')
  for (const from of ['node/master', '192.0.2.10']) {
    const text = await explained(from)
    expect(text).toContain(': policies block it ')
    expect(text).toContain('NetworkPolicies do not apply to what node master sends: egress policies select pods only')
    expect(text).toContain('means pods; node master is no pod')
    expect(text).toContain('cidr: 192.0.2.10/32')
  }
  expect(await explained('node/worker')).toContain("what comes from hooks/hook's own node is always let in")
})

test('a node that is not there is a mistake with a suggestion, and so is a node as a target', async () => {
  const { code, stderr } = await crosscheck(['explain', 'node/mastr', 'node/worker:10250', '-f', '-'], { input: hooks })
  expect(stderr).toContain('FROM: there is no node mastr: did you mean master?')
  expect(stderr).toContain('TO: a node cannot be a target: write its address and port, or nodeport://PORT?node=worker')
  expect(code).toBe(2)
})

test('packets leave the node itself, and check, run and the prediction agree', async () => {
  const scenario = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: hooks }
spec:
  manifests: [hooks.yaml]
  sources: { server: { node: master }, kubelet: 192.0.2.11 }
  targets: { name: "tcp://${service}", pod: "hooks/pod/hook:9443" }
  paths:
    - { from: server, to: [name, pod], expect: blocked }
    - { from: [kubelet, node/worker], to: [name, pod], expect: allowed }
`
  const cwd = await folderWith({ 'hooks.yaml': hooks, 'scenario.yaml': scenario })
  const predicted = await crosscheck(['run', '--predict', 'scenario.yaml'], { cwd })
  expect([predicted.code, predicted.stdout]).toEqual([0, expect.stringContaining('6 predicted')])
  const ran = await crosscheck(['run', '--lab', 'scenario.yaml'], { cwd })
  expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('6 passed')])
  const blocked = await crosscheck(['check', 'node/master', service, '--lab', '-f', 'hooks.yaml'], { cwd })
  expect([blocked.code, blocked.stdout]).toEqual([1, expect.stringMatching(/^blocked: .*source {5}on master\n/s)])
  const open = await crosscheck(['check', '192.0.2.11', service, '--lab', '-f', 'hooks.yaml'], { cwd })
  expect([open.code, open.stdout]).toEqual([0, expect.stringMatching(/^open: .*source {5}on worker\n/s)])
})
