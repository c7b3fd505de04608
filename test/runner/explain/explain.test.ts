import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import { explainPath } from '../../../runner/explain/explain.ts'
import { explanationSchema } from '../../../runner/explain/json-schema.ts'
import type { Explanation } from '../../../runner/explain/model.ts'
import { explanationText } from '../../../runner/explain/text.ts'

const town = `
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: red}}
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: shop, name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: data, name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: c, image: x, ports: [{containerPort: 4000}]}]}
---
apiVersion: v1
kind: Service
metadata: {namespace: data, name: api}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: 4000}]}
`
const admitUi = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: data, name: allow-ui, annotations: {owner: red}}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from: [{namespaceSelector: {matchLabels: {team: red}}, podSelector: {matchLabels: {app: ui}}}]
      ports: [{port: 4000}]
`
const egressWithoutDns = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: shop, name: egress}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{to: [{namespaceSelector: {}, podSelector: {matchLabels: {app: api}}}]}]
`
const nodeLocal = `
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {namespace: kube-system, name: node-local-dns}
spec:
  selector: {matchLabels: {k8s-app: node-local-dns}}
  template:
    metadata: {labels: {k8s-app: node-local-dns}}
    spec: {hostNetwork: true, containers: [{name: c, image: x}]}
`

function explained(text: string, { from = 'shop/deploy/web', to = 'http://api.data' } = {}): Explanation {
  const { objects, problems } = readManifests([{ file: 'all.yaml', text }])
  const built = buildWorld(objects, { allocator: createAllocator() })
  expect([...problems, ...built.problems]).toEqual([])
  const found = explainPath({ from, to }, { world: built.world, objects, where: ['--lab', '-f all.yaml'] })
  if ('problems' in found) throw new Error(found.problems.map(({ message }) => message).join('\n'))
  // Whatever is explained has the published shape.
  explanationSchema.parse(JSON.parse(JSON.stringify(found)))
  return found
}

const textOf = (explanation: Explanation) => explanationText(explanation, { colour: false, unicode: true, width: 120 })

describe('explain', () => {
  it('follows name, Service and target port before it asks policies', () => {
    const { way, verdict } = explained(town)
    expect(verdict).toBe('allow')
    expect(way[0]).toContain('api.data is Service data/api (api.data.svc.cluster.local), 10.96.')
    expect(way[1]).toMatch(
      /^its port 80\/TCP leads to data\/api-1 .*; policies see the pod's port 4000, not the Service's$/,
    )
  })

  it('tells endpoints that are alike once, with the nearest miss first', () => {
    const { verdict, hops } = explained(town + admitUi)
    expect(verdict).toBe('deny')
    expect(hops).toHaveLength(1)
    expect(hops[0]?.to).toHaveLength(2)
    expect(hops[0]?.sides.map(({ direction, allowed }) => [direction, allowed])).toEqual([
      ['egress', true],
      ['ingress', false],
    ])
    expect(hops[0]?.sides[1]?.nearestMiss).toBe(
      'data/allow-ui ingress[0] (all.yaml:36) would admit it, but: label `app` expected `ui`, got `web`',
    )
  })

  it('offers the whole changed policy with the metadata that it has, and the label that would do', () => {
    const [best, ...others] = explained(town + admitUi).fixes
    expect(best?.what).toEqual(['add shop/web to the peers of data/allow-ui ingress[0]'])
    expect(best?.yaml).toContain('  annotations:\n    owner: red\n')
    expect(best?.yaml).toContain('            matchLabels:\n              app: web\n')
    expect([best?.opens, best?.closes, best?.unclear]).toEqual([[], [], []])
    const label = others.find(({ yaml }) => yaml.includes('kind: Deployment'))
    expect(label?.yaml).toBe(
      [
        ...['apiVersion: apps/v1', 'kind: Deployment', 'metadata:', '  namespace: shop', '  name: web', 'spec:'],
        ...['  template:', '    metadata:', '      labels:', '        app: ui', ''],
      ].join('\n'),
    )
  })

  it('judges a name outside the cluster by the policies of the source alone, and promises only what holds at any address', () => {
    const egress = (rules: string) => `${town}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: shop, name: egress}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{ports: [{protocol: UDP, port: 53}]}${rules}]
`
    const asked = (text: string) => explained(text, { to: 'https://example.com' })
    expect(asked(town).verdict).toBe('allow')
    expect(asked(egress(', {ports: [{port: 443}]}')).verdict).toBe('allow')
    expect(asked(egress(', {to: [{ipBlock: {cidr: 0.0.0.0/0}}]}')).verdict).toBe('allow')
    const { verdict, fixes } = asked(egress(', {to: [{namespaceSelector: {}}]}'))
    expect(verdict).toBe('deny')
    expect(fixes[0]?.yaml).toContain('cidr: 203.0.113.0/24 # replace: the addresses of example.com\n')
    expect(fixes[0]?.replace).toEqual([
      'replace 203.0.113.0/24 by the addresses of example.com, which the input does not give',
    ])
    const most = asked(egress(', {to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]}'))
    expect(most).toMatchObject({
      verdict: 'undefined',
      unread: ['it depends on the address of example.com: allowed at 198.51.100.1, blocked at 10.0.0.0'],
    })
    const few = asked(egress(', {to: [{ipBlock: {cidr: 93.184.0.0/16}}]}'))
    expect(few.unread[0]).toContain('blocked at 198.51.100.1, allowed at 93.184.0.0')
  })

  it('says that names cannot be asked for where egress leaves DNS out, and fixes that', () => {
    const { verdict, dns, fixes } = explained(town + egressWithoutDns)
    expect(verdict).toBe('unresolved')
    expect(dns.map((hop) => hop.verdict)).toEqual(['deny'])
    expect(fixes[0]?.yaml).toContain(
      '- protocol: UDP\n          port: 53\n        - protocol: TCP\n          port: 53\n',
    )
    expect(fixes[0]?.remains).toEqual([])
  })

  it('promises nothing about a DNS cache on the own node', () => {
    const { verdict, dns, way } = explained(town + egressWithoutDns + nodeLocal)
    expect([verdict, ...dns.map((hop) => hop.verdict)]).toEqual(['undefined', 'undefined'])
    expect(explained(town + nodeLocal).verdict).toBe('allow')
    expect(way.join()).toContain('NodeLocal DNSCache (kube-system/node-local-dns)')
  })

  it('knows a link-local resolver of the pod itself', () => {
    const own = town.replace(
      'spec: {containers: [{name: c, image: x, ports: [{containerPort: 8080}]}]}',
      ['spec: {dnsPolicy: None, dnsConfig: {nameservers: [169.254.20.10]}, containers: [{name: c, image: x}]}'].join(
        '',
      ),
    )
    expect(explained(own + egressWithoutDns).way.join()).toContain(
      'its resolver 169.254.20.10 is a DNS cache on its own node',
    )
  })

  it('says that nothing is there where a name leads nowhere', () => {
    const { verdict, way, fixes } = explained(town, { to: 'tcp://api:80' })
    expect(verdict).toBe('unreachable')
    expect(way.join()).toContain('api.data.svc.cluster.local')
    expect(fixes).toEqual([])
    expect(explained(town + egressWithoutDns, { to: 'tcp://api:80' }).fixes).toEqual([])
  })

  it('writes an IPv6 address with a port in brackets', () => {
    const six = town.replace(
      'spec: {selector: {app: api}, ports',
      'spec: {ipFamilies: [IPv6], selector: {app: api}, ports',
    )
    expect(explained(six, { to: 'tcp://api.data:80' }).way.join()).toMatch(/ \(\[fd00:[^\]]+\]:4000\)/)
  })

  it('narrows an open path, without a word about DNS', () => {
    const { fixes } = explained(town + admitUi.replace('app: ui', 'app: web'))
    expect(fixes[0]?.verdict).toBe('deny')
  })

  it('takes addresses as logs show them', () => {
    const { hops } = explained(town + admitUi)
    const address = /\((.*):4000\)/.exec(hops[0]?.to[0] ?? '')?.[1] ?? ''
    expect(explained(town + admitUi, { to: `${address}:4000` }).verdict).toBe('deny')
  })

  it('prints the fix so that it can be pasted, and ends with the line that proves it', () => {
    const lines = textOf(explained(town + admitUi)).split('\n')
    expect(lines[0]).toBe('shop/deploy/web → http://api.data: policies block it')
    const start = lines.indexOf('apiVersion: networking.k8s.io/v1')
    const yaml = lines.slice(start, lines.indexOf('', start)).join('\n')
    const { objects, problems } = readManifests([{ file: 'patch.yaml', text: yaml }])
    expect([objects.map(({ name }) => name), problems]).toEqual([['allow-ui'], []])
    expect(lines.at(-2)).toBe('  crosscheck check shop/deploy/web http://api.data --lab -f all.yaml --expect blocked')
  })
})
