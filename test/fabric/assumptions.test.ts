import { expect, test } from 'vitest'
import { assumptionsOf } from '../../fabric/assumptions.ts'
import { foreignPoliciesOf } from '../../policy/engine/foreign-policies.ts'
import { deployment, pod, service, worldOf } from './manifests/build.ts'

const dns = 'cluster DNS in kube-system (label k8s-app=kube-dns)'
const node = `
apiVersion: v1
kind: Node
metadata: { name: n1 }
status: { addresses: [{ type: InternalIP, address: 192.0.2.11 }] }
---`
const web = service('web', '{ selector: { app: ui }, ports: [{ port: 80 }] }')
const dumped = pod('a', {
  spec: '{ nodeName: n1, containers: [{ name: c }] }',
  status: '{ podIPs: [{ ip: 10.1.0.1 }] }',
})
const server = `
apiVersion: v1
kind: Pod
metadata: { name: dns, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec: { nodeName: n1, containers: [{ name: c, ports: [{ name: dns, containerPort: 53, protocol: UDP }] }] }
status: { podIPs: [{ ip: 10.1.0.53 }] }
---`

const mtls = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: strict, namespace: roots }
spec: { mtls: { mode: STRICT } }
---`
const mesh = (config: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "defaultConfig: {}\\n${config}\\n" }
---`

test.each<[string, string, readonly string[]]>([
  ['a workload and its Service', deployment('ui') + web, ['addresses of pods and Services', 'node node-1', dns]],
  ['a workload beside a node', deployment('ui') + node, ['addresses of pods', dns]],
  ['a pod on a node that is only named', dumped, ['addresses of nodes', dns]],
  ['a dump of a cluster', node + dumped + server, []],
  ['policies of Istio', node + dumped + server + mtls, ['root namespace istio-system of Istio']],
  ['policies of Istio beside its mesh', node + dumped + server + mtls + mesh('rootNamespace: roots'), []],
])('of %s is assumed what it does not have', (_, text, expected) => {
  expect(assumptionsOf(worldOf(text).world)).toEqual(expected)
})

test('a question without names assumes no DNS', () => {
  expect(assumptionsOf(worldOf(node + dumped).world, { dns: false })).toEqual([])
})

test.each([
  ['nothing says otherwise', '', ['roots']],
  ['the mesh names it', mesh('rootNamespace: roots'), 'all'],
  ['the mesh names none', mesh('trustDomain: x'), ['roots']],
  [
    'an operator writes it',
    '\napiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nmetadata: { name: i, namespace: istio-system }\nspec: { meshConfig: { rootNamespace: roots } }\n---',
    'all',
  ],
])('a policy of Istio means all namespaces in the root namespace of its mesh: %s', (_, text, expected) => {
  const { world } = worldOf(mtls + text)
  expect(foreignPoliciesOf(world).map(({ governed }) => governed.namespaces)).toEqual([expected])
})
