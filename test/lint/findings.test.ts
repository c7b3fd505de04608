import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { lintText } from './linted.ts'

/** Severity and message of what one rule finds in its fixture, after a change to it. */
function say(rule: string, change: (text: string) => string = (text) => text, near = false): string[] {
  const text = readFileSync(`test/fixtures/lint/${rule}${near ? '.near-miss' : ''}.yaml`, 'utf8')
  const changed = change(text)
  return lintText(changed).flatMap((finding) =>
    finding.rule === rule ? [`${finding.severity}: ${finding.message}`] : [],
  )
}

const without = (part: string) => (text: string) => {
  expect(text).toContain(part)
  return text.replace(part, '')
}
const also = (document: string) => (text: string) => `${text}---\n${document}`

describe('two items that were meant as one', () => {
  it('are both named, with what each allows and what one item would allow', () => {
    expect(say('broader-peer')[0]).toBe(
      'warning: from[0] allows all pods of namespaces labelled kubernetes.io/metadata.name=ops, and from[1] pods labelled app=backup of namespace vault, of which there are none: each item is enough by itself; joined into one item they would allow only deployment/backup',
    )
  })

  it('are said by one finding: that the second matches no pod is part of it', () => {
    const text = readFileSync('test/fixtures/lint/broader-peer.yaml', 'utf8')
    expect(lintText(text).filter(({ rule }) => rule === 'peer-matches-no-pod')).toEqual([])
    expect(lintText(text).find(({ rule }) => rule === 'broader-peer')?.fix).toBe(`if both must hold, join them:
from:
  - namespaceSelector:
      matchLabels:
        kubernetes.io/metadata.name: ops
    podSelector:
      matchLabels:
        app: backup`)
  })

  it('are known for the DNS pods, which the input need not have', () => {
    const [found = ''] = say('broader-peer', (text) =>
      text.replace(
        'metadata.name: ops } }\n        - podSelector: { matchLabels: { app: backup',
        'metadata.name: kube-system } }\n        - podSelector: { matchLabels: { k8s-app: kube-dns',
      ),
    )
    expect(found).toContain(
      'only pods labelled k8s-app=kube-dns of namespaces labelled kubernetes.io/metadata.name=kube-system',
    )
  })
})

describe('a webhook behind policies', () => {
  const rule = 'webhook-blocked'

  it('names who is closed, by which policy and on which port', () => {
    const [found] = say(rule, without('    - from: [{ namespaceSelector: {} }]\n'))
    expect(found).toBe(
      'warning: the API server calls flows/flow-api:443, and no podSelector or namespaceSelector matches it; deployment/flow-api is isolated for ingress by flow-api, and no rule allows 8443/TCP from its address: the calls fail',
    )
  })

  it('is an info where a pod of kube-system may make the calls', () => {
    expect(say(rule)[0]).toMatch(
      /^info: .*, unless a pod of kube-system makes them for it, such as konnectivity-agent$/,
    )
  })

  it('is open on the only node, and where a policy of another kind may allow the calls; a mesh can only deny', () => {
    const node = 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n'
    expect(say(rule, also(node))).toEqual([])
    expect(say(rule, also(`${node}---\n${node.replace('n1', 'n2')}`))).toHaveLength(3)
    const foreign = (apiVersion: string, kind: string) =>
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, namespace: flows}\nspec: {}\n`
    expect(say(rule, also(foreign('cilium.io/v2', 'CiliumNetworkPolicy')))).toEqual([])
    expect(say(rule, also(foreign('security.istio.io/v1', 'AuthorizationPolicy')))).toHaveLength(3)
  })
})

describe('a scrape target behind policies', () => {
  const rule = 'scrape-blocked'
  const unknown = (text: string) => text.replace('quay.io/prometheus/prometheus:v3.1.0', 'example/scraper:1')

  it('is closed to the Prometheus that the input shows', () => {
    expect(say(rule)).toEqual([
      'warning: deployment/idp in login is isolated for ingress by idp, and no rule allows 9990/TCP from statefulset/prometheus in observability: scrapes fail',
      'warning: deployment/idp in login is isolated for ingress by idp, and no rule allows 9990/TCP from statefulset/prometheus in observability: scrapes fail',
      'warning: deployment/blackbox in login is isolated for ingress by blackbox, and no rule allows 9115/TCP from statefulset/prometheus in observability: scrapes fail',
    ])
  })

  it('is reported without a known Prometheus only where no source reaches the port', () => {
    expect(say(rule, unknown)).toEqual([
      'warning: deployment/blackbox in login is isolated for ingress by blackbox, and no rule allows 9115/TCP from any source: scrapes fail',
    ])
  })

  it('knows the pods that the operator makes of a Prometheus object', () => {
    const object =
      'apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s, namespace: observability}\n'
    const [found] = say(rule, (text) => also(object)(unknown(text)))
    expect(found).toContain('from Prometheus k8s in observability')
    const open = (text: string) =>
      also(object)(unknown(text)).replace(
        'kubernetes.io/metadata.name: observability } } }]\n      ports: [{ port: 8080 }]',
        'kubernetes.io/metadata.name: observability } }, podSelector: { matchLabels: { prometheus: k8s } } }]\n      ports: [{ port: 9990 }]',
      )
    expect(say(rule, open).filter((text) => text.includes('deployment/idp'))).toEqual([])
  })
})

describe('the DNS cache of the node', () => {
  it('is known by the address in the kubelet configuration', () => {
    const config =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kubelet-config, namespace: kube-system}\ndata:\n  kubelet: |\n    clusterDNS:\n    - 169.254.20.10\n'
    const rule = 'egress-without-node-local-dns'
    const alone = (text: string) => text.slice(text.indexOf('---\n') + 4).replaceAll(/ +dns(Policy|Config): .*\n/g, '')
    expect(say(rule, alone)).toEqual([])
    expect(say(rule, (text) => also(config)(alone(text)))[0]).toContain(
      'resolves names at 169.254.20.10, a cache on its own node',
    )
  })
})

describe('a Service of two workloads', () => {
  it('names both, and a label that tells them apart', () => {
    const rule = 'service-of-two-workloads'
    expect(say(rule)[0]).toBe(
      'warning: this selects the pods of job/migrate too, which declare no port 4000/TCP, unlike those of deployment/proxy: while they run, a share of the connections goes to them and is refused if nothing listens there',
    )
    const text = readFileSync(`test/fixtures/lint/${rule}.yaml`, 'utf8').replaceAll(
      '{ labels: { name: proxy, instance: r1 } }\n    spec:\n      containers',
      '{ labels: { name: proxy, instance: r1, component: server } }\n    spec:\n      containers',
    )
    expect(lintText(text).find((finding) => finding.rule === rule)?.fix).toBe(
      'add component: server to the selector, which only the pods of deployment/proxy have',
    )
  })
})

describe('an except that is open all the same', () => {
  it('names the policy that opens it, and on which ports', () => {
    expect(say('except-opened-again')[1]).toBe(
      'warning: except 169.254.169.254/32 is open all the same on 443/TCP: 0.0.0.0/0 of egress[0] of policy https (a.yaml:62), which selects these pods too, allows it, and an except counts for its own peer alone',
    )
  })
})

describe('DNS that the input does not show', () => {
  it('is not named as if it were known: a rule for a namespace that is not given is taken to mean it', () => {
    const change = (text: string) => text.replace('openshift-dns', 'net')
    expect(say('egress-without-dns', undefined, true)).toEqual([])
    expect(say('egress-without-dns', change, true)[0]).toContain('its peers are not the DNS pods')
  })
})

describe('a policy that the API server refuses', () => {
  it('is an error, and its namespace is not said to be without policies', () => {
    const text = readFileSync('test/fixtures/lint/pods-without-isolation.yaml', 'utf8')
    const refused = text.replace('podSelector:', 'podselector: {}\n  podSelector:')
    const rulesOf = (source: string) => new Set(lintText(source).map(({ rule }) => rule))
    expect(rulesOf(text)).toContain('pods-without-isolation')
    const found = rulesOf(refused)
    expect(found).toContain('invalid-object')
    expect(found).not.toContain('pods-without-isolation')
    expect(found).not.toContain('namespace-without-policy')
  })
})

describe('a port name that no pod declares', () => {
  const fixes = (from: string, to: string) => {
    const text = readFileSync('test/fixtures/lint/undeclared-port-name.near-miss.yaml', 'utf8')
    expect(text).toContain(from)
    return lintText(text.replace(from, to)).flatMap(({ rule, fix }) => (rule === 'undeclared-port-name' ? [fix] : []))
  }

  it('is told with the name that is nearly it, else with what there is to do', () => {
    expect([fixes('port: http', 'port: htpp'), fixes('port: http', 'port: metrics')]).toEqual([
      ['did you mean http?'],
      ['write the number, or give the container port this name'],
    ])
  })
})
