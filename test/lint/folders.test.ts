import { describe, expect, it } from 'vitest'
import { crosscheck } from '../runner/cli/crosscheck.ts'
import { folderWith } from '../runner/cli/folder.ts'

const deployment = (name: string, label = name, image = 'a:1', namespace = 'shop') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  selector: {matchLabels: {app: ${label}}}
  template:
    metadata: {labels: {app: ${label}}}
    spec: {containers: [{name: a, image: "${image}", ports: [{containerPort: 8080}]}]}
---
`
const service = (name: string, nodePort: number | string = 30_080) => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {type: NodePort, selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080, nodePort: ${nodePort}}]}
---
`
const policy = (name: string, label = name) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec:
  podSelector: {matchLabels: {app: ${label}}}
  ingress: [{ports: [{port: 8080}]}]
---
`
const quoted = service('quoted', '"30090"').replace('app: quoted', 'app: web')

async function lint(files: Readonly<Record<string, string>>, ...args: string[]) {
  const folder = await folderWith(files)
  const { code, stdout, stderr } = await crosscheck(['lint', folder, ...args])
  return { code, stderr, out: stdout.replaceAll(`${folder}/`, '') }
}

/** The lines of findings, without their messages. */
const rulesIn = (out: string) =>
  out.split('\n').flatMap((line) => {
    const found = /^(\S+:\d+):\d+: (\w+): .* \[([\w-]+)\]$/.exec(line)
    return found === null ? [] : [found.slice(1).join(' ')]
  })

it('equal findings are one line with a count, and the summary counts them all', async () => {
  const many = Array.from({ length: 1200 }, (_, at) => policy(`p${at}`, 'none')).join('')
  const { out } = await lint(
    { 'a.yaml': deployment('web'), 'b.yaml': many, 'c.yaml': policy('last', 'none') },
    '--select',
    'policy-selects-no-pod',
  )
  expect(
    out,
  ).toBe(`b.yaml:5:3: warning: namespace shop has no pods labelled app=none: this policy selects nothing [policy-selects-no-pod]
  and 1,200 more like it in 2 files

1,201 warnings in 1,202 objects
  1,201  warning  policy-selects-no-pod
`)
  const { out: json } = await lint(
    { 'a.yaml': deployment('web'), 'b.yaml': many },
    '--select',
    'policy-selects-no-pod',
    '-o',
    'json',
  )
  expect((JSON.parse(json) as { findings: unknown[] }).findings).toHaveLength(1200)
})

describe('where a file could not be read', () => {
  const files = {
    'web.yaml': deployment('web') + policy('web') + policy('api') + quoted,
    'api.yaml': `${deployment('api')}x: [\n`,
  }
  it('nothing is said of what is missing, and the other findings are', async () => {
    const { out, code } = await lint(files)
    expect(code).toBe(1)
    expect(new Set(rulesIn(out))).toEqual(
      new Set(['api.yaml:11 error invalid-object', 'web.yaml:27 error quoted-port']),
    )
    expect(out).toMatch(/\nnot checked: \d+ rules about what is missing, because api\.yaml could not be read\n/)
  })
  it('so it is where the file was named', async () => {
    const folder = await folderWith(files)
    const { stdout } = await crosscheck(['lint', `${folder}/web.yaml`, `${folder}/api.yaml`])
    expect(stdout).not.toContain('policy-selects-no-pod')
  })
  it('without it everything is said', async () => {
    const { out } = await lint(files, '--exclude', 'api.yaml')
    expect(out).toContain('[policy-selects-no-pod]')
    expect(out).not.toContain('not checked')
  })
  it('JSON says it too', async () => {
    const { out } = await lint({ ...files, 'mkdocs.yml': 'site: x\n' }, '-o', 'json')
    expect(JSON.parse(out)).toMatchObject({
      unreadable: ['api.yaml'],
      withheld: expect.arrayContaining(['policy-selects-no-pod', 'unknown-host']),
      passedOver: [{ file: 'mkdocs.yml', why: 'no-object', hides: false }],
    })
  })
})

it('where templates or kustomizations are not rendered, what is missing is an info that says so', async () => {
  const { out, code, stderr } = await lint({
    'chart/Chart.yaml': 'apiVersion: v2\nname: a\n',
    'chart/templates/api.yaml': `{{ if .Values.api }}\n${deployment('api')}{{ end }}\n`,
    'web.yaml': deployment('web') + policy('web') + policy('api'),
  })
  expect(code).toBe(0)
  expect(out).toContain(
    'info: as far as the files show that could be read: namespace shop has no pods labelled app=api: this policy selects nothing [policy-selects-no-pod]\n',
  )
  expect(out).toContain('what is missing may come from chart/templates/api.yaml: render')
  expect(stderr).toContain('1 is a template')
})

describe('versions of the same objects', () => {
  it('a base and what an overlay rendered of it are linted apart: no duplicates, no conflicts', async () => {
    const base = (deployment('web') + service('web') + policy('web')).replaceAll(', namespace: shop', '')
    const { out, code } = await lint({
      'base/web.yaml': base,
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'overlays/dev/all.yaml': deployment('web') + service('web') + policy('web'),
      'overlays/prod/all.yaml': deployment('web', 'web', 'a:2') + service('web') + policy('web'),
    })
    expect({ out, code }).toEqual({
      code: 0,
      out: `linted apart, because they hold versions of the same objects: base/web.yaml | overlays/dev/all.yaml | overlays/prod/all.yaml

no findings in 9 objects
`,
    })
  })

  it('what is wrong in one of them is found there, and what holds in one version only is said there alone', async () => {
    const { out } = await lint(
      {
        'dev.yaml': deployment('web') + service('web') + policy('web') + policy('dev', 'none'),
        'prod.yaml': deployment('web', 'web', 'a:2') + service('web') + policy('web', 'wbe'),
        'shared.yaml': policy('shared', 'web'),
      },
      '--select',
      'policy-selects-no-pod',
    )
    expect(rulesIn(out)).toEqual([
      'dev.yaml:26 warning policy-selects-no-pod',
      'prod.yaml:19 warning policy-selects-no-pod',
    ])
  })

  it('one policy that two files of a folder give may be a mistake; files that were named are taken together', async () => {
    const files = {
      'a.yaml': deployment('web') + policy('web'),
      'b.yaml': deployment('web', 'web', 'a:2') + deployment('api') + policy('api'),
    }
    const policies = {
      'a.yaml': deployment('web') + policy('web'),
      'b.yaml': policy('web', 'other') + deployment('other'),
    }
    expect(rulesIn((await lint(policies)).out)).toContain('b.yaml:1 warning invalid-object')
    const folder = await folderWith({
      'dev.yaml': files['a.yaml'],
      'prod.yaml': files['a.yaml'].replaceAll('8080', '80'),
    })
    const { stdout } = await crosscheck([
      'lint',
      `${folder}/dev.yaml`,
      `${folder}/prod.yaml`,
      '--select',
      'invalid-object',
    ])
    expect(stdout).toContain('2 errors')
  })
})

it('an Ingress without a namespace is in that of its Service', async () => {
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}
`
  const files = {
    'a.yaml': (deployment('web') + service('web') + policy('web')).replaceAll(', namespace: shop', '') + ingress,
  }
  expect((await lint(files)).out).toBe('no findings in 4 objects\n')
  expect((await lint(files, '-n', 'shop')).out).toBe('no findings in 4 objects\n')
})

it('pods that a cluster brings along are not known to be missing', async () => {
  const files = (namespace: string) => ({
    'a.yaml': [
      deployment('addon', 'addon', 'a:1', namespace),
      service('controllers', 0).replace('namespace: shop', `namespace: ${namespace}`),
      policy('controllers').replace('namespace: shop', `namespace: ${namespace}`),
    ].join(''),
  })
  const select = ['--select', 'service-without-pods,policy-selects-no-pod,peer-matches-no-pod']
  expect(rulesIn((await lint(files('shop'), ...select)).out)).toEqual([
    'a.yaml:13 warning service-without-pods',
    'a.yaml:19 warning policy-selects-no-pod',
  ])
  for (const namespace of ['kube-system', 'openshift-monitoring'])
    expect(rulesIn((await lint(files(namespace), ...select)).out)).toEqual([
      'a.yaml:13 info service-without-pods',
      'a.yaml:19 info policy-selects-no-pod',
    ])
})
