import { describe, expect, it } from 'vitest'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { lint } from '../../../lint/lint.ts'
import { rules } from '../../../lint/rules.ts'
import { lintText } from '../../lint/linted.ts'

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {team: a}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec: {containers: [{name: main, image: x, ports: [{containerPort: 8080}]}]}
`
const database = 'apiVersion: example.com/v1\nkind: Database\nmetadata: {name: db, namespace: shop}\n'
const operator = database.replace('Database', 'Postgres')

function policy(spec: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: ${spec}\n`
}

function service(spec: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: ${spec}\n`
}

/** Severity, message and fix of what one rule finds. */
function say(rule: string, ...documents: readonly string[]): string[] {
  const found = lintText(documents.join('---\n')).filter((finding) => finding.rule === rule)
  return found.map(({ severity, message, fix }) => `${severity}: ${message}${fix === undefined ? '' : ` / ${fix}`}`)
}

describe('where an operator makes pods that nobody sees', () => {
  it('a policy that selects none of the others is an info', () => {
    const one = policy('{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]}')
    expect(say('policy-selects-no-pod', web, one, operator)).toEqual([
      'info: namespace shop has no pods labelled app=db that are given here; pods made by Postgres db are not known',
    ])
    expect(say('policy-selects-no-pod', web, one, database)[0]).toMatch(/^warning: .*: this policy selects nothing$/)
  })

  it('a Service without pods is an info, unless kustomize selects by what operators do not copy', () => {
    const one = service('{selector: {app: db}, ports: [{port: 5432}]}')
    expect(say('service-without-pods', web, one, operator)[0]).toMatch(
      /^info: .*pods made by Postgres db are not known$/,
    )
    const kustomized = one.replace('app: db', 'app: db, app.kubernetes.io/managed-by: kustomize')
    expect(say('service-without-pods', web, kustomized, operator)[0]).toMatch(
      /^warning: .*a label that an operator's pods do not get/,
    )
  })

  it('a workload whose account may create pods makes some in its namespace, or where it is bound', () => {
    const one = policy('{podSelector: {matchLabels: {app: job}}, policyTypes: [Ingress]}')
    const role = (kind: string, resources: string) =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: r, namespace: shop}\nrules: [{apiGroups: ["", apps], resources: [${resources}], verbs: [create]}]\n`
    const binding = (kind: string, role: string, namespace: string) =>
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: {name: b, namespace: ${namespace}}\nroleRef: {kind: ${role}, name: r}\nsubjects: [{kind: ServiceAccount, name: default, namespace: shop}]\n`
    const made = (...documents: readonly string[]) =>
      say('policy-selects-no-pod', web, one, ...documents)[0]?.startsWith('info: ') === true
    expect(made(role('Role', 'pods'), binding('RoleBinding', 'Role', 'shop'))).toBe(true)
    expect(made(role('ClusterRole', 'deployments'), binding('ClusterRoleBinding', 'ClusterRole', 'shop'))).toBe(true)
    expect(made(role('ClusterRole', 'pods'), binding('RoleBinding', 'ClusterRole', 'other'))).toBe(false)
    expect(made(role('Role', 'configmaps'), binding('RoleBinding', 'Role', 'shop'))).toBe(false)
    expect(made(role('Role', 'pods'))).toBe(false)
  })

  it('labels that are named by the group of an operator, or by one that no pod here has, are its own', () => {
    const by = (label: string, ...documents: readonly string[]) =>
      say('policy-selects-no-pod', web, policy(`{podSelector: {matchLabels: {${label}: x}}}`), ...documents)[0]
    const crd = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: v.disk.example}\nspec: {group: api.disk.example, scope: Namespaced, names: {kind: V}}\n`
    expect(by('disk.example/part', crd)).toMatch(
      /^info: .*pods made by the operator of api\.disk\.example are not known$/,
    )
    expect(by('disk.example/part')).toMatch(/^info: .*pods made by an operator of disk\.example are not known$/)
    expect(by('app.kubernetes.io/name')).toMatch(/^warning: /)
    const labelled = web.replaceAll('name: web', 'name: own').replaceAll('app: web', 'disk.example/part: own')
    expect(by('disk.example/part', labelled)).toMatch(/^warning: /)
    expect(by('disc.example/part', labelled)).toMatch(/^warning: /)
  })

  it('pods may be open although all others are isolated', () => {
    const one = policy('{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}')
    expect(say('pods-without-isolation', web, one, operator)[0]).toContain(
      'those that Postgres db makes are open to everybody unless',
    )
    expect(say('pods-without-isolation', web, one)).toEqual([])
    expect(say('pods-without-isolation', web, policy('{podSelector: {}, policyTypes: [Ingress]}'), operator)).toEqual(
      [],
    )
  })

  it('an unknown Service is an info', () => {
    const calling = web.replace('image: x', 'image: x, env: [{name: A, value: "http://db-rw/"}]')
    expect(say('unknown-host', calling, operator)[0]).toMatch(
      /^info: A names db-rw:80, and namespace shop has no Service db-rw$/,
    )
    const other = service('{ports: [{port: 80}]}')
    expect(say('unknown-host', calling, other)[0]).toMatch(/^warning: /)
    expect(say('unknown-host', calling, other, operator)[0]).toMatch(/^info: /)
  })
})

describe('where the rest of the system is not given, it is an info', () => {
  it('that a policy selects none of the workloads, or a Service', () => {
    expect(say('policy-selects-no-pod', policy('{podSelector: {matchLabels: {app: db}}}'))).toEqual([
      'info: no workload of namespace shop is given here: whether this policy selects a pod is not known',
    ])
    expect(say('service-without-pods', service('{selector: {app: db}, ports: [{port: 1}]}'))).toEqual([
      'info: no workload of namespace shop is given here: whether pods are behind this Service is not known',
    ])
  })

  it('that a host or a backend is of a namespace of which nothing is known', () => {
    const calling = web.replace(
      'image: x',
      'image: x, env: [{name: A, value: "http://auth.platform.svc/"}, {name: B, value: "http://db/"}]',
    )
    expect(say('unknown-host', calling)).toEqual([
      'info: A names auth.platform.svc:80, and namespace platform is not among these objects',
      'info: B names db:80, and namespace shop has no Service db',
    ])
    const ingress =
      'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop}\nspec: {defaultBackend: {service: {name: x, port: {number: 80}}}}\n'
    expect(say('ingress-backend-missing', ingress)[0]).toMatch(/^info: /)
    expect(say('ingress-backend-missing', ingress, service('{ports: [{port: 1}]}'))[0]).toMatch(/^warning: /)
  })
})

describe('the nearest miss is named', () => {
  it('of a policy that selects nothing', () => {
    expect(
      say('policy-selects-no-pod', web, policy('{podSelector: {matchLabels: {app: web, tier: back, zone: b}}}'))[0],
    ).toMatch(/ \/ nearest are the pods of deployment\/web: they have tier=front, no zone$/)
  })

  it('of a Service without pods, and none where no label fits', () => {
    const near = service('{selector: {app: web, tier: back}, ports: [{port: 80}]}')
    expect(say('service-without-pods', web, near)[0]).toMatch(
      /nearest are the pods of deployment\/web: they have tier=front$/,
    )
    const far = service('{selector: {app: db}, ports: [{port: 80}]}')
    expect(say('service-without-pods', web, far)[0]).toMatch(/: nothing is behind this Service$/)
    const owned = service('{selector: {team: a}, ports: [{port: 80}]}')
    expect(say('service-without-pods', web, owned)[0]).toMatch(
      /add them to spec.template.metadata.labels of deployment\/web$/,
    )
  })

  it('of a host, by its name elsewhere or by one that is alike', () => {
    const calling = (host: string) => web.replace('image: x', `image: x, env: [{name: A, value: "http://${host}:80"}]`)
    const one = service('{selector: {app: web}, ports: [{port: 80}]}')
    expect(say('unknown-host', calling('s.shopp.svc'), one)).toEqual([
      'warning: A names s.shopp.svc:80, and there is no namespace shopp / did you mean shop?',
    ])
    expect(say('unknown-host', calling('other.shopp.svc'), one)[0]).toMatch(
      /there is no namespace shopp \/ did you mean shop\?$/,
    )
    expect(say('unknown-service-port', calling('s.shop').replace(':80"', ':81"'), one)).toEqual([
      'warning: A names s.shop:81, which has no such port: it has 80 / write :80',
    ])
  })
})

it('a named port that pods do not declare is told with those that they do', () => {
  const named = web.replace('containerPort: 8080', 'containerPort: 8080, name: http')
  const rule = policy('{podSelector: {}, ingress: [{ports: [{port: web}]}]}')
  expect(say('undeclared-port-name', named, rule)[0]).toContain(
    'deployment/web names http/TCP, so this matches nothing',
  )
  expect(say('undeclared-port-name', web, rule)[0]).toContain('deployment/web names no port, so this matches nothing')
})

it('nothing is said of DNS on a live cluster whose DNS is not to be found', () => {
  const { objects } = readManifests([
    {
      file: 'a',
      text: [web, policy('{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 443}]}]}')].join('---\n'),
    },
  ])
  const found = (live: boolean) =>
    lint({ objects, problems: [], texts: new Map(), rules, live }).findings.map(({ rule }) => rule)
  expect(found(false)).toContain('egress-without-dns')
  expect(found(true)).not.toContain('egress-without-dns')
})

describe('the fix is the one that fits', () => {
  it('of a network of one family', () => {
    const dual = service('{selector: {app: web}, ipFamilies: [IPv4, IPv6], ports: [{port: 80}]}')
    const to = (cidr: string) =>
      policy(`{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: "${cidr}"}}]}]}`)
    expect(say('one-family-only', web, dual, to('0.0.0.0/0'))[0]).toMatch(/ \/ add - ipBlock: \{cidr: "::\/0"\}$/)
    expect(say('one-family-only', web, dual, to('::/0'))[0]).toMatch(/ \/ add - ipBlock: \{cidr: "0.0.0.0\/0"\}$/)
    expect(say('one-family-only', web, to('::/0'))).toEqual([])
  })

  it('of a port name for a network, where no pod is meant', () => {
    const rule = policy(
      '{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24}}], ports: [{port: web}]}]}',
    )
    expect(say('undeclared-port-name', web, rule)).toEqual([
      "warning: web is the name of a pod's port, and this rule speaks of networks: it matches nothing / write the number of the port",
    ])
  })

  it('of an Ingress that names a namespace', () => {
    const ingress = (namespace: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i, namespace: shop}
spec: {defaultBackend: {service: {name: s, namespace: ${namespace}, port: {number: 80}}}}
`
    const one = service('{selector: {app: web}, ports: [{port: 80}]}')
    expect(say('ingress-backend-elsewhere', web, one, ingress('shop'))[0]).toMatch(/ \/ remove the line$/)
    expect(say('ingress-backend-elsewhere', web, one, ingress('other'))[0]).toMatch(
      / \/ make an Ingress in namespace other for/,
    )
  })

  it("of rules by a Service's port, only where the Service leads to the pods", () => {
    const rule = policy('{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80}]}]}')
    const to = (app: string) => service(`{selector: {app: ${app}}, ports: [{port: 80, targetPort: 8080}]}`)
    expect(say('service-port-in-rule', web, to('web'), rule)[0]).toMatch(/ \/ write port: 8080$/)
    expect(say('service-port-in-rule', web, to('other'), rule)).toEqual([])
    expect(say('port-nobody-listens-on', web, to('other'), rule)).toEqual([
      'warning: nobody listens on 80/TCP: deployment/web listens on 8080/TCP',
    ])
  })
})

it('what the API server of a version refuses is an error from that version on', () => {
  const text = policy('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.7/8}}]}]}')
  const { objects } = readManifests([{ file: 'a', text: [web, text].join('---\n') }])
  const severity = (kubernetes: string) =>
    lint({ objects, problems: [], texts: new Map(), rules, kubernetes }).findings.find(
      ({ rule }) => rule === 'invalid-object',
    )?.severity
  expect([severity('1.30'), severity('1.36')]).toEqual(['warning', 'error'])
})

describe('what the API server refuses', () => {
  it('is told with the object that it stands in', () => {
    const found = lintText([web, service('{ports: [{port: 0}]}'), policy('{podSelectors: {}}')].join('---\n'))
    const refused = found.filter(({ rule }) => rule === 'invalid-object')
    expect(refused.map(({ object, place }) => `${object} ${place.line}`)).toEqual([
      'Service shop/s 13',
      'NetworkPolicy shop/a 18',
    ])
  })

  it('is told once where a rule of its own says it better', () => {
    const one = service(
      '{type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080, targetPort: "8080"}]}',
    )
    const two = one.replace('name: s', 'name: t').replace('targetPort: "8080"', 'targetPort: 8080')
    const found = lintText([web, one, two].join('---\n')).filter(({ severity }) => severity === 'error')
    expect(found.map(({ rule, object }) => `${rule} ${object}`)).toEqual([
      'quoted-port Service shop/s',
      'duplicate-node-port Service shop/t',
    ])
    const others = lintText(
      [web, one, two].join('---\n'),
      rules.filter(({ id }) => id === 'invalid-object'),
    )
    expect(others.length).toBe(2)
  })
})

it('a store that a policy opens to somebody is in use, and one that a policy closes is not', () => {
  const store = (namespace: string) =>
    web
      .replaceAll('web', 'postgres')
      .replace('image: x', 'image: postgres')
      .replace('namespace: shop', `namespace: ${namespace}`)
  const calling = web.replace('image: x', 'image: x, env: [{name: DB_HOST, value: postgres}]')
  const about = (spec: string) =>
    say(
      'duplicate-store',
      calling,
      store('shop'),
      store('old'),
      policy(spec).replace('namespace: shop', 'namespace: old'),
    ).length
  expect(about('{podSelector: {matchLabels: {app: postgres}}, policyTypes: [Ingress]}')).toBe(1)
  expect(about('{podSelector: {matchLabels: {app: postgres}}, ingress: [{}]}')).toBe(0)
})

describe('a namespaceSelector whose label is on no namespace of the input', () => {
  const peers = (...labels: readonly string[]) =>
    policy(
      `{podSelector: {}, ingress: [{from: [${labels.map((label) => `{namespaceSelector: {matchLabels: {${label}}}}`).join(', ')}]}]}`,
    )
  const space = (name: string, labels = '') =>
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {${labels}}}\n`
  const of = (...documents: readonly string[]) => say('namespace-selector-matches-nothing', web, ...documents)

  it('may be on one that is not given: an info, once for each label, with what to give', () => {
    expect(of(peers('team: ops', 'team: ops', 'env: prod'), space('shop', 'team: dev'))).toEqual([
      expect.stringMatching(
        /^info: no Namespace object is given of namespaces labelled team=ops: .* not known \/ give the/,
      ),
      expect.stringMatching(/^info: no Namespace object is given of namespaces labelled env=prod: /),
    ])
    expect(of(peers('name: web'))[0]).toMatch(/^info: .*Kubernetes sets kubernetes\.io\/metadata\.name, and not name/)
  })
  it('is a slip where a namespace has one that is nearly it, or is the name of one that is given', () => {
    expect(of(peers('team: obsrvability'), space('shop', 'team: observability'))[0]).toMatch(
      /^warning: .* \/ did you mean observability\?$/,
    )
    expect(of(peers('name: shop'), space('shop', 'team: dev'))[0]).toMatch(
      /^warning: .* \/ write kubernetes\.io\/metadata\.name: shop$/,
    )
  })
})
