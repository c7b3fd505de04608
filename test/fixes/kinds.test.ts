import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../fabric/manifests/allocator.ts'
import { readManifests } from '../../fabric/manifests/read.ts'
import { buildWorld } from '../../fabric/manifests/world.ts'
import { explainPath } from '../../runner/explain/explain.ts'
import { lintedPolicies } from '../../runner/explain/lint-findings.ts'
import type { Explanation, FixExplanation } from '../../runner/explain/model.ts'
import { verifyFix } from './verify.ts'

const namespace = (name: string, labels = '{}') =>
  `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: ${labels}}\n---\n`

/** `web` of namespace `shop`: `shop/web`; its pods listen on a port where one is given. */
function deployment(path: string, labels = `{app: ${path.split('/')[1]}}`, port?: number): string {
  const [space, name] = path.split('/')
  const ports = port === undefined ? '' : `, ports: [{containerPort: ${port}}]`
  return `apiVersion: apps/v1
kind: Deployment
metadata: {namespace: ${space}, name: ${name}}
spec:
  selector: {matchLabels: ${labels}}
  template:
    metadata: {labels: ${labels}}
    spec: {containers: [{name: c, image: x${ports}}]}
---
`
}

function policy(path: string, spec: string): string {
  const [space, name] = path.split('/')
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {namespace: ${space}, name: ${name}}\nspec: ${spec}\n---\n`
}

function service(path: string, app: string, ports: string): string {
  const [space, name] = path.split('/')
  return `apiVersion: v1\nkind: Service\nmetadata: {namespace: ${space}, name: ${name}}\nspec: {selector: {app: ${app}}, ports: [${ports}]}\n---\n`
}

function explained(text: string, from: string, to: string): Explanation {
  const { objects } = readManifests([{ file: 'all.yaml', text }])
  const { world } = buildWorld(objects, { allocator: createAllocator() })
  const lint = lintedPolicies(objects, undefined)
  const found = explainPath({ from, to }, { world, objects, where: [], lint })
  if ('problems' in found) throw new Error(found.problems.map(({ message }) => message).join('\n'))
  return found
}

/** The first fix; of a blocked path it is applied to the files, and must hold what it says. */
function first(text: string, from: string, to: string): FixExplanation {
  const { verdict, fixes } = explained(text, from, to)
  const [fix] = fixes
  if (fix === undefined) throw new Error('no fix')
  if (verdict !== 'allow') expect(verifyFix(text, { from, to }).faults).toEqual([])
  expect(fix.remains).toEqual([])
  return fix
}

const shop = namespace('shop') + deployment('shop/web') + namespace('data') + deployment('data/db', '{app: db}', 5432)

describe('the first fix', () => {
  it('gives a rule the port alone where a rule without ports would open every port', () => {
    const text =
      shop +
      policy(
        'data/db',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}, {from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}], ports: [{port: 80}]}]}',
      )
    const { fixes } = explained(text, 'shop/deploy/web', 'data/deploy/db:5432')
    expect(first(text, 'shop/deploy/web', 'data/deploy/db:5432')).toMatchObject({
      what: ['add a rule to data/db ingress: port 5432/TCP from shop/web'],
      ...{ opens: [], closes: [] },
    })
    expect(fixes.some(({ what }) => what.join().includes('to the peers of data/db ingress[0]'))).toBe(false)
  })

  it('opens DNS by UDP and TCP, and the other hop with it', () => {
    const text =
      shop +
      service('data/db', 'db', '{port: 5432}') +
      policy('shop/quiet', '{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}')
    const { what, yaml } = first(text, 'shop/deploy/web', 'tcp://db.data:5432')
    expect(what).toHaveLength(1)
    expect(yaml).toMatch(/protocol: UDP\n\s+port: 53\n\s+- protocol: TCP\n\s+port: 53\n/)
    expect(yaml).toContain('port: 5432')
  })

  it('opens DNS with the first egress rule of a pod also where no name is asked for, and lists it', () => {
    const text = shop + policy('shop/quiet', '{podSelector: {}, policyTypes: [Egress]}')
    const { opens } = first(text, 'shop/deploy/web', 'data/deploy/db:5432')
    expect(opens).toEqual(['shop/web -> kube-system/assumed-dns:53/TCP 53/UDP'])
  })

  it('names every node that a source on the host network runs on', () => {
    const node = (name: string, address: string) =>
      `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\nstatus: {addresses: [{type: InternalIP, address: ${address}}]}\n---\n`
    const agent = deployment('shop/agent')
      .replace('kind: Deployment', 'kind: DaemonSet')
      .replace('{containers', '{hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers')
    const text =
      node('n1', '192.168.9.1') +
      node('n2', '192.168.9.2') +
      node('n3', '192.168.9.3') +
      shop +
      agent +
      policy('data/closed', '{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}')
    const { yaml, remarks } = first(text, 'shop/ds/agent', 'data/deploy/db:5432')
    expect(yaml.match(/cidr: .*/g)?.toSorted()).toEqual([
      'cidr: 192.168.9.1/32',
      'cidr: 192.168.9.2/32',
      'cidr: 192.168.9.3/32',
    ])
    expect(remarks[0]).toBe('an address of a node stands for every process on its network: n1, n2, n3')
  })

  it('marks the addresses of nodes that the input does not give', () => {
    const node = (name: string) => `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\n---\n`
    const agent = deployment('shop/agent')
      .replace('kind: Deployment', 'kind: DaemonSet')
      .replace('{containers', '{hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers')
    const closed = policy('data/closed', '{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}')
    const { yaml, replace, what, opens } = first(
      node('n1') + node('n2') + shop + agent + closed,
      'shop/ds/agent',
      'data/deploy/db:5432',
    )
    expect(yaml.match(/cidr: .*/g)).toEqual([
      'cidr: 192.0.2.1/32 # replace: the address of node n1',
      'cidr: 192.0.2.2/32 # replace: the address of node n2',
    ])
    expect(replace).toEqual([
      'replace 192.0.2.1/32 by the address of node n1, which the input does not give',
      'replace 192.0.2.2/32 by the address of node n2, which the input does not give',
    ])
    for (const text of [yaml, ...what, ...opens]) expect(text).not.toMatch(/172\.18\./)
  })

  it('leaves an address alone that a policy of the input has', () => {
    const node = (name: string) => `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\n---\n`
    const agent = deployment('shop/agent').replace('{containers', '{hostNetwork: true, nodeName: n1, containers')
    const db = shop.replace(
      '{containers: [{name: c, image: x, ports',
      '{nodeName: n2, containers: [{name: c, image: x, ports',
    )
    const open = policy(
      'data/closed',
      '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 172.18.0.2/32}}], ports: [{port: 1}]}]}',
    )
    const text = node('n1') + node('n2') + db + agent + open
    const { fixes } = explained(text, 'shop/deploy/agent', 'data/deploy/db:5432')
    const { yaml, replace } = fixes.find((fix) => fix.yaml.includes('name: closed'))!
    expect(yaml).toContain('cidr: 172.18.0.2/32\n')
    expect(replace).toEqual([])
  })

  it('marks the addresses of pods that an exception of a block is for', () => {
    const open = policy('data/db', '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]}')
    const fixes = explained(shop + open, 'shop/deploy/web', 'data/deploy/db:5432').fixes
    const { yaml, replace, remarks } = fixes.find((fix) => fix.yaml.includes('except'))!
    expect(yaml).toContain('- 192.0.2.1/32 # replace: the address of a pod of shop/web')
    expect(replace.join()).toContain('the address of a pod of shop/web')
    expect(remarks).toEqual(['the rule names addresses of pods (shop/web): a pod that is made again has another one'])
  })

  it('asks for the address of a client outside that nobody gave', () => {
    const text = shop + policy('data/closed', '{podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}')
    const { yaml, replace } = first(text, 'outside', 'data/deploy/db:5432')
    expect(yaml).toContain('cidr: 203.0.113.0/24 # replace: the address range of the client\n')
    expect(yaml).not.toContain('198.51.100')
    expect(replace[0]).toBe('replace 203.0.113.0/24 by the address range of the client, which the input does not give')
  })

  it('joins two items of a list that were meant as one', () => {
    const text =
      shop +
      deployment('shop/backup') +
      policy(
        'data/db',
        '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}, {podSelector: {matchLabels: {app: backup}}}], ports: [{port: 5432}]}]}',
      )
    const { what, closes } = first(text, 'shop/deploy/web', 'data/deploy/db:5432')
    expect(what).toEqual([
      'join from[0] and from[1] of data/db ingress[0] into one item, so that both selectors must match',
    ])
    expect(closes).toContain('any pod of namespace shop -> data/db:5432/TCP')
    expect(verifyFix(text, { from: 'shop/deploy/backup', to: 'data/deploy/db:5432' }).before).toBe('allow')
  })

  it('corrects the label of a policy that selects nothing, which is the nearest miss, and points at lint', () => {
    const text =
      shop.replaceAll('{app: db}', '{app: db, tier: storage-v2}') +
      policy('data/deny', '{podSelector: {}}') +
      policy('data/db', '{podSelector: {matchLabels: {app: db, tier: storage}}, ingress: [{ports: [{port: 5432}]}]}')
    const { hops } = explained(text, 'shop/deploy/web', 'data/deploy/db:5432')
    expect(hops[0]?.sides[1]?.nearestMiss).toContain(
      'data/db ingress[0] (all.yaml:32) would admit it, but: its podSelector selects no pod: label `tier` expected `storage`, got `storage-v2`',
    )
    const { what, yaml, opens, lint } = first(text, 'shop/deploy/web', 'data/deploy/db:5432')
    expect(what).toEqual(['correct the podSelector of data/db, which selects no pod, so that it selects data/db'])
    expect(yaml).toContain('tier: storage-v2')
    expect(opens).toContain('outside the cluster -> data/db:5432/TCP')
    expect(lint.join()).toMatch(/^all\.yaml:\d+:\d+: warning: .*\[policy-selects-no-pod\]$/)
  })

  it('replaces the port of a Service by that of its pods', () => {
    const text =
      shop +
      service('data/db', 'db', '{port: 80, targetPort: 5432}') +
      policy(
        'data/db',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}], ports: [{port: 80}]}]}',
      )
    const { what, yaml } = first(text, 'shop/deploy/web', 'http://db.data')
    expect(what).toEqual(['in data/db ingress[0] write port 5432/TCP in place of port 80, which no pod there has'])
    expect(yaml).not.toContain('port: 80')
  })

  it('adds a port beside one that the pods may serve without declaring it', () => {
    const text =
      shop +
      policy(
        'data/db',
        '{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}], ports: [{port: 9187}]}]}',
      )
    const fixes = explained(text + deployment('data/ui'), 'data/deploy/ui', 'data/deploy/db:5432').fixes
    expect(fixes.map(({ yaml }) => yaml.includes('port: 9187') || yaml.includes('allow-ui'))).not.toContain(false)
  })

  it('replaces a peer that matches nothing and comes near, and keeps one that may be about pods elsewhere', () => {
    const peer = (app: string) =>
      shop +
      deployment('data/client') +
      policy(
        'data/db',
        `{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {app: ${app}}}}], ports: [{port: 5432}]}]}`,
      )
    const typo = first(peer('clinet'), 'data/deploy/client', 'data/deploy/db:5432')
    expect(typo.what).toEqual([
      'in data/db ingress[0] correct peer 0, which matches nothing, so that it matches data/client',
    ])
    expect(typo.yaml).not.toContain('clinet')
    const other = first(peer('grafana'), 'data/deploy/client', 'data/deploy/db:5432')
    expect(other.yaml).toContain('app: grafana')
  })

  it('names a namespace by the label that it has', () => {
    const text =
      shop +
      policy(
        'data/db',
        '{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {name: shop}}}], ports: [{port: 5432}]}]}',
      )
    const { what, yaml } = first(text, 'shop/deploy/web', 'data/deploy/db:5432')
    expect(what[0]).toContain('correct peer 0')
    expect(yaml).toContain('kubernetes.io/metadata.name: shop')
  })

  it('quotes what YAML 1.1 takes for another type', () => {
    const text = shop.replaceAll('{app: web}', '{app: "on"}') + policy('data/db', '{podSelector: {}}')
    expect(first(text, 'shop/deploy/web', 'data/deploy/db:5432').yaml).toContain('app: "on"')
  })

  it('names the next obstacle where it opens a part of the way', () => {
    const text =
      shop +
      policy('data/db', '{podSelector: {}}') +
      service('data/db', 'db', '{port: 5432}') +
      `apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: shut}
spec:
  tier: Admin
  priority: 10
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}}
  egress: [{action: Deny, to: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: data}}}]}]
`
    const [fix] = explained(text, 'shop/deploy/web', 'tcp://db.data:5432').fixes
    expect(fix?.what).toEqual(['add NetworkPolicy data/allow-web-to-db: port 5432/TCP from shop/web'])
    expect(fix?.remains.join()).toContain('denied by ClusterNetworkPolicy shut egress[0]')
  })
})
