import { describe, expect, it } from 'vitest'
import type { PolicyWorld } from '../../../policy/engine/world.ts'
import { netpol, pod, prediction, town } from './town.ts'

const istio = 'security.istio.io/v1'
const cilium = 'cilium.io/v2'

function object(apiVersion: string, kind: string, key: string, spec: unknown = {}, metadata = {}) {
  const [namespace = '', name = ''] = key.split('/')
  const value = { apiVersion, kind, metadata: { namespace, name, ...metadata }, spec }
  return { apiVersion, kind, namespace, name, value }
}
const authorization = (key: string, spec: unknown, metadata = {}) =>
  object(istio, 'AuthorizationPolicy', key, spec, metadata)
const only = (name: string) => ({ selector: { matchLabels: { pod: name } } })

/** Names of the objects that may turn the answer around. */
function overriders(question: string, objects: readonly ReturnType<typeof object>[], more: Partial<PolicyWorld> = {}) {
  const { policies = [], ...change } = more
  return prediction(question, town(policies, { notSimulated: objects, ...change })).mayBeOverridden.map(
    ({ name }) => name,
  )
}

const closed = netpol('y/closed', { podSelector: {}, policyTypes: ['Ingress'] })
const shut = netpol('x/shut', { podSelector: {}, policyTypes: ['Egress'] })

describe('an AuthorizationPolicy of Istio', () => {
  it('matters at the destination that it selects, and at no other end', () => {
    const policies = [authorization('y/p', only('a'))]
    expect(overriders('x/a > y/a', policies)).toEqual(['p'])
    expect(overriders('x/a > y/b', policies)).toEqual([])
    expect(overriders('y/a > x/a', policies)).toEqual([])
    expect(overriders('y/a > 8.8.8.8', policies)).toEqual([])
    expect(overriders('y/b > y/a', policies)).toEqual(['p'])
    expect(overriders('8.8.8.8 > y/a', policies)).toEqual(['p'])
  })
  it('without a selector is for its namespace, and in the root namespace for the mesh', () => {
    expect(overriders('x/a > y/b', [authorization('y/p', {})])).toEqual(['p'])
    expect(overriders('x/a > z/b', [authorization('y/p', {})])).toEqual([])
    expect(overriders('x/a > z/b', [authorization('istio-system/p', {})])).toEqual(['p'])
    expect(overriders('x/a > z/b', [authorization('istio-system/p', only('a'))])).toEqual([])
    expect(overriders('x/a > z/a', [authorization('istio-system/p', only('a'))])).toEqual(['p'])
  })
  it('can only take away: what a NetworkPolicy denies at either end stays denied', () => {
    const policies = [authorization('y/p', { rules: [{}] }), authorization('y/q', { action: 'DENY', rules: [{}] })]
    expect(overriders('x/a > y/a', policies, { policies: [closed] })).toEqual([])
    expect(overriders('x/a > y/a', policies, { policies: [shut] })).toEqual([])
  })
  it('decides over TCP alone, which is what proxies pass on', () => {
    expect(overriders('x/a > y/a:53/UDP', [authorization('y/p', {})])).toEqual([])
    expect(overriders('x/a > y/a:53/SCTP', [authorization('y/p', {})])).toEqual([])
  })
  it('denies nothing where it audits, runs dry, or denies by no rule', () => {
    const from = { rules: [{ from: [{ source: { namespaces: ['z'] } }] }] }
    expect(overriders('x/a > y/a', [authorization('y/p', { action: 'AUDIT', ...from })])).toEqual([])
    const dry = { annotations: { 'istio.io/dry-run': 'true' } }
    expect(overriders('x/a > y/a', [authorization('y/p', { action: 'DENY', ...from }, dry)])).toEqual([])
    expect(overriders('x/a > y/a', [authorization('y/p', { action: 'DENY' })])).toEqual([])
    expect(overriders('x/a > y/a', [authorization('y/p', { action: 'CUSTOM', rules: [] })])).toEqual([])
    for (const action of ['ALLOW', 'DENY', 'CUSTOM', undefined])
      expect(overriders('x/a > y/a', [authorization('y/p', { action, ...from })])).toEqual(['p'])
  })
  it('that allows everything makes others that allow matter no more, and does not undo those that deny', () => {
    const all = authorization('y/all', { rules: [{}] })
    const some = authorization('y/some', { ...only('a'), rules: [{ from: [{ source: { namespaces: ['z'] } }] }] })
    const deny = authorization('y/deny', { action: 'DENY', rules: [{ from: [{ source: { namespaces: ['z'] } }] }] })
    expect(overriders('x/a > y/a', [all])).toEqual([])
    expect(overriders('x/a > y/a', [some, all])).toEqual([])
    expect(overriders('x/a > y/a', [some, all, deny])).toEqual(['deny'])
    const elsewhere = authorization('y/all', { ...only('b'), rules: [{}] })
    expect(overriders('x/a > y/a', [some, elsewhere])).toEqual(['some'])
    const conditional = { rules: [{ when: [{ key: 'source.ip', values: ['10.0.0.1'] }] }] }
    expect(overriders('x/a > y/a', [authorization('y/p', conditional)])).toEqual(['p'])
  })
  it('matters on the ports of its rules', () => {
    const to = (...operations: object[]) => ({ rules: [{ to: operations.map((operation) => ({ operation })) }] })
    const deny = (...operations: object[]) => [authorization('y/p', { action: 'DENY', ...to(...operations) })]
    expect(overriders('x/a > y/a:80', deny({ ports: ['81'] }))).toEqual([])
    expect(overriders('x/a > y/a:80', deny({ ports: ['81'], methods: ['GET'] }, { ports: ['80'] }))).toEqual(['p'])
    expect(overriders('x/a > y/a:80', deny({ methods: ['GET'] }))).toEqual(['p'])
    expect(overriders('x/a > y/a:80', deny({ notPorts: ['80'] }))).toEqual(['p'])
    const allow = (...operations: object[]) => [authorization('y/p', to(...operations))]
    expect(overriders('x/a > y/a:80', allow({ ports: ['80'] }))).toEqual([])
    expect(overriders('x/a > y/a:81', allow({ ports: ['80'] }))).toEqual(['p'])
    expect(overriders('x/a > y/a:80', allow({ ports: ['80'], methods: ['GET'] }))).toEqual(['p'])
  })
  it('with targetRefs matters at gateways, waypoints and Services of its namespace, and at what uses that waypoint', () => {
    const ref = (kind: string) => ({ targetRefs: [{ kind, name: 'w' }] })
    expect(overriders('x/a > y/b', [authorization('y/p', ref('Service'))])).toEqual(['p'])
    expect(overriders('x/a > z/b', [authorization('y/p', ref('Service'))])).toEqual([])
    expect(overriders('x/a > 8.8.8.8', [authorization('y/p', ref('Service'))])).toEqual([])
    expect(overriders('x/a > 8.8.8.8', [authorization('y/p', ref('ServiceEntry'))])).toEqual(['p'])
    expect(overriders('x/a > z/b', [authorization('y/p', ref('Gateway'))])).toEqual([])
    expect(overriders('x/a > z/b', [authorization('istio-system/p', ref('GatewayClass'))])).toEqual(['p'])
    const labels = { pod: 'b', 'istio.io/use-waypoint-namespace': 'y' }
    const pods = [pod('x/a'), pod('z/b', { labels })]
    expect(overriders('x/a > z/b', [authorization('y/p', ref('Gateway'))], { pods })).toEqual(['p'])
    const services = [{ namespace: 'z', name: 's', clusterIPs: [], waypointNamespace: 'y' }]
    expect(overriders('x/a > z/b', [authorization('y/p', ref('Gateway'))], { services })).toEqual(['p'])
  })
})

describe('other objects of meshes', () => {
  it('PeerAuthentication matters at the destination where it refuses plain text', () => {
    const peer = (key: string, spec: unknown) => [object(istio, 'PeerAuthentication', key, spec)]
    expect(overriders('x/a > y/a', peer('y/p', { mtls: { mode: 'STRICT' } }))).toEqual(['p'])
    expect(overriders('y/a > x/a', peer('y/p', { mtls: { mode: 'STRICT' } }))).toEqual([])
    expect(overriders('x/a > z/a', peer('istio-system/p', { mtls: { mode: 'STRICT' } }))).toEqual(['p'])
    for (const mode of ['PERMISSIVE', 'UNSET', undefined])
      expect(overriders('x/a > y/a', peer('y/p', { mtls: { mode } }))).toEqual([])
    const byPort = { ...only('a'), portLevelMtls: { 80: { mode: 'STRICT' }, 81: { mode: 'PERMISSIVE' } } }
    expect(overriders('x/a > y/a:80', peer('y/p', byPort))).toEqual(['p'])
    expect(overriders('x/a > y/a:81', peer('y/p', byPort))).toEqual([])
  })
  it('a Sidecar matters at the source where it passes on only what it knows', () => {
    const sidecar = (mode: string | undefined) => [
      object('networking.istio.io/v1', 'Sidecar', 'x/s', { outboundTrafficPolicy: { mode } }),
    ]
    expect(overriders('x/a > y/a', sidecar('REGISTRY_ONLY'))).toEqual(['s'])
    expect(overriders('y/a > x/a', sidecar('REGISTRY_ONLY'))).toEqual([])
    expect(overriders('x/a > y/a', sidecar('ALLOW_ANY'))).toEqual([])
    expect(overriders('x/a > y/a', sidecar(undefined))).toEqual([])
  })
  it('routes and registry entries decide nothing', () => {
    for (const kind of ['VirtualService', 'DestinationRule', 'ServiceEntry', 'Gateway'])
      expect(overriders('x/a > y/a', [object('networking.istio.io/v1', kind, 'y/o')])).toEqual([])
    expect(overriders('x/a > y/a', [object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'y/o')])).toEqual([])
  })
  it('a Server of Linkerd matters on its port of the pods that it selects', () => {
    const server = (more = {}) => [
      object('policy.linkerd.io/v1beta3', 'Server', 'y/s', { podSelector: only('a').selector, port: 80, ...more }),
    ]
    expect(overriders('x/a > y/a:80', server())).toEqual(['s'])
    expect(overriders('x/a > y/a:81', server())).toEqual([])
    expect(overriders('x/a > y/b:80', server())).toEqual([])
    expect(overriders('x/a > y/a:80', server({ accessPolicy: 'all-unauthenticated' }))).toEqual([])
  })
})

describe('policies of network plugins', () => {
  it('of Cilium can also allow, at the ends and in the directions that they have rules for', () => {
    const policy = (spec: object) => [object(cilium, 'CiliumNetworkPolicy', 'y/c', spec)]
    const into = { endpointSelector: { matchLabels: { pod: 'a' } }, ingress: [{}] }
    expect(overriders('x/a > y/a', policy(into), { policies: [closed] })).toEqual(['c'])
    expect(overriders('x/a > y/b', policy(into), { policies: [closed] })).toEqual([])
    expect(overriders('y/a > x/a', policy(into))).toEqual([])
    // The source's end denies, and it does not select it.
    expect(overriders('x/a > y/a', policy(into), { policies: [closed, shut] })).toEqual([])
    const reserved = { endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'y' } }, egress: [{}] }
    expect(overriders('y/b > x/a', policy(reserved))).toEqual(['c'])
    expect(overriders('x/a > y/b', policy(reserved))).toEqual([])
  })
  it('of Calico decide in the directions of their types', () => {
    const policy = (spec: object) => [object('projectcalico.org/v3', 'GlobalNetworkPolicy', '/g', spec)]
    const egress = { types: ['Egress'], selector: 'all()' }
    expect(overriders('x/a > y/a', policy(egress), { policies: [closed] })).toEqual([])
    expect(overriders('x/a > y/a', policy(egress), { policies: [shut] })).toEqual(['g'])
    expect(overriders('x/a > y/a', policy(egress))).toEqual(['g'])
    expect(overriders('x/a > y/a', [object('projectcalico.org/v3', 'GlobalNetworkSet', '/s')])).toEqual([])
    const host = [object('projectcalico.org/v3', 'HostEndpoint', '/h')]
    expect(overriders('x/a > y/a', host)).toEqual([])
    expect(overriders('x/a > node:n1', host)).toEqual(['h'])
  })
  it('of the baseline matter where no NetworkPolicy isolates', () => {
    const spec = { subject: { namespaces: {} }, ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }
    const baseline = [object('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy', '/default', spec)]
    expect(overriders('x/a > y/a', baseline)).toEqual(['default'])
    expect(overriders('x/a > y/a', baseline, { policies: [closed] })).toEqual([])
    const open = netpol('y/open', { podSelector: {}, ingress: [{}] })
    expect(overriders('x/a > y/a', baseline, { policies: [open] })).toEqual([])
  })
  it('of OpenShift deny what leaves the cluster', () => {
    for (const [apiVersion, kind] of [
      ['k8s.ovn.org/v1', 'EgressFirewall'],
      ['network.openshift.io/v1', 'EgressNetworkPolicy'],
    ] as const) {
      const firewall = [object(apiVersion, kind, 'x/default')]
      expect(overriders('x/a > 8.8.8.8', firewall)).toEqual(['default'])
      expect(overriders('x/a > y/a', firewall)).toEqual([])
      expect(overriders('8.8.8.8 > x/a', firewall)).toEqual([])
      expect(overriders('x/a > 8.8.8.8', firewall, { policies: [shut] })).toEqual([])
    }
  })
  it('never matter to a pod that connects to its own address', () => {
    expect(overriders('y/a > y/a', [authorization('y/p', {}), object(cilium, 'CiliumNetworkPolicy', 'y/c')])).toEqual(
      [],
    )
  })
})
