import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'
import { absent, image } from './opening.ts'
import { kubectl } from './tiers.ts'

const namespace = 'crosscheck-node-sources'
const collector = `args: [--control-port, "28190", --health-port, "0", --health-address, 127.0.0.1]
          env: [{ name: CROSSCHECK_TOKEN_SHA256, value: "${'0'.repeat(64)}" }]`

const store = (name: string, node: string) => `---
apiVersion: v1
kind: Pod
metadata: { namespace: ${namespace}, name: ${name}, labels: { app: store } }
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  automountServiceAccountToken: false
  containers:
    - name: store
      image: ${image}
      args: [listen, --tcp, "8080"]
      ports: [{ containerPort: 8080 }]
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 }
`
/** A collector on the network of every node, a store on one, and a policy that allows the collector by its labels, which no node has. */
const objects = (node: string) => `apiVersion: v1
kind: Namespace
metadata: { name: ${namespace}, labels: { pod-security.kubernetes.io/enforce: privileged } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { namespace: ${namespace}, name: collector }
spec:
  selector: { matchLabels: { app: collector } }
  template:
    metadata: { labels: { app: collector } }
    spec:
      hostNetwork: true
      terminationGracePeriodSeconds: 1
      automountServiceAccountToken: false
      containers:
        - name: collector
          image: ${image}
          ${collector}
${store('store', node)}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: ${namespace}, name: store }
spec:
  podSelector: { matchLabels: { app: store } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: collector } } }] }]
`

describe.skipIf(absent !== undefined)(
  `nodes as sources on a cluster${absent === undefined ? '' : `: ${absent}`}`,
  () => {
    let near: string
    let far: string
    beforeAll(() => {
      const names = kubectl(['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}']).split(' ')
      near = names[0]!
      far = names[1] ?? ''
      kubectl(['apply', '-f', '-'], objects(near))
      kubectl(['rollout', 'status', '-n', namespace, 'daemonset/collector'])
      kubectl(['wait', '-n', namespace, '--for=condition=Ready', 'pod/store', '--timeout=60s'])
    }, 120_000)
    afterAll(() => {
      kubectl(['delete', 'namespace', namespace, '--wait=false'])
    })
    const target = `${namespace}/pod/store:8080`
    const check = (from: string) => crosscheck(['check', from, target, '--image', image])

    it('a node reaches its own pods, and the pods of others as policies allow its address', async () => {
      const [own, other] = await Promise.all([check(`node/${near}`), check(`node/${far}`)])
      expect([own.code, own.stdout]).toEqual([0, expect.stringMatching(/^open: /)])
      expect(own.stdout).toContain(`on ${near}, tested on the network of ${near}`)
      expect([other.code, other.stdout]).toEqual([1, expect.stringMatching(/^blocked: /)])
    }, 180_000)

    it('a workload on the network of nodes is asked from each that may differ, and nothing is left of it', async () => {
      const { code, stdout } = await check(`${namespace}/daemonset/collector`)
      expect([code, stdout]).toEqual([1, expect.stringMatching(/^partly open: /)])
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
        `differs by node: allowed from node ${near}, blocked from node ${far}`,
      )
      expect(
        kubectl(['get', 'pods,jobs,configmaps', '-n', namespace, '-l', 'crosscheck.dev/owned', '-o', 'name']),
      ).toBe('')
    }, 180_000)

    it('a scenario says the same, and a namespace that takes no pods on the host network is named', async () => {
      const scenario = `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: nodes }
spec:
  paths:
    - { from: node/${near}, to: "${target}", expect: allowed }
    - { from: node/${far}, to: "${target}", expect: blocked }
`
      const cwd = await folderWith({ 'scenario.yaml': scenario })
      const passed = await crosscheck(['run', 'scenario.yaml', '--image', image], { cwd })
      expect([passed.code, passed.stdout]).toEqual([0, expect.stringContaining('2 passed')])
      const lent = `${namespace}-restricted`
      const labels = '{ pod-security.kubernetes.io/enforce: restricted }'
      kubectl(['apply', '-f', '-'], `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${lent}, labels: ${labels} }\n`)
      try {
        const refused = await crosscheck(['run', 'scenario.yaml', '--image', image, '--canary-namespace', lent], {
          cwd,
        })
        expect(refused.code).toBe(3)
        expect(refused.stdout.replaceAll(/\s+/g, ' ')).toContain(
          "a namespace takes pods on a node's network with the label pod-security.kubernetes.io/enforce: privileged",
        )
      } finally {
        kubectl(['delete', 'namespace', lent, '--wait=false'])
      }
    }, 240_000)
  },
)
