import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSystem, type LoadOptions, loadManifests } from '../../../fabric/manifests/files.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crosscheck-folders-'))
})
afterEach(() => rm(folder, { recursive: true }))

const object = (kind: string, name: string, rest = '', apiVersion = 'v1') =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\n${rest}`
const pod = (name: string) => object('Pod', name)
const deployment = (name: string) =>
  object(
    'Deployment',
    name,
    `spec:\n  selector: {matchLabels: {app: ${name}}}\n  template:\n    metadata: {labels: {app: ${name}}}\n    spec: {containers: [{name: a, image: "a:1"}]}\n`,
    'apps/v1',
  )

async function load(files: Readonly<Record<string, string | Uint8Array>>, options: LoadOptions = {}) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const loaded = await loadManifests([folder], fileSystem(Readable.from([])), options)
  const below = (file: string) => file.replace(`${folder}/`, '')
  return {
    names: loaded.objects.map(({ name }) => name),
    objects: loaded.objects,
    problems: loaded.problems,
    passedOver: loaded.passedOver.map(({ file, why }) => `${below(file)}: ${why}`),
    hidden: loaded.passedOver.filter(({ hides }) => hides).map(({ file }) => below(file)),
    unreadable: [...new Set(loaded.unreadable.map(below))],
  }
}

describe('what a folder holds beside manifests is passed over', () => {
  it.each([
    [
      'mkdocs.yml with tags of its own',
      'mkdocs.yml',
      'site: x\nplugins:\n  - a: !!python/name:a.b.c\n  - !ENV [A, b]\n',
    ],
    ['a package.json', 'package.json', '{"name": "a", "kind": "module", "scripts": {"a": "b"}}'],
    ['a tsconfig.json with comments', 'tsconfig.json', '// of the team\n{ "compilerOptions": { /* none */ }, }\n'],
    ['a dashboard', 'dash.json', '{"panels": [{"kind": "row", "title": "{{pod}}"}], "apiVersion": 3}'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub
    ['a workflow', 'ci.yaml', 'on: push\njobs:\n  a: {runs-on: x, steps: [{run: "echo ${{ x }}"}]}\n'],
    ['a chart', 'Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.0.0\n'],
    ['values that name a kind', 'values.yaml', 'kind: DaemonSet\nimage: {tag: "1"}\nmetadata: {}\n'],
    ['the configuration of kind', 'kind.yaml', 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: []\n'],
    ['a kubeconfig', 'kubeconfig.yaml', 'apiVersion: v1\nkind: Config\nclusters: []\n'],
    ['a JSON patch', 'patch.yaml', '- {op: remove, path: /spec}\n'],
    ['broken YAML', 'notes.yaml', 'a: [\n'],
    ['a text of another encoding', 'old.yaml', Uint8Array.of(0x61, 0x3a, 0xff, 0xfe)],
  ])('%s', async (_, name, content) => {
    expect(await load({ [name]: content, 'pod.yaml': pod('a') })).toMatchObject({
      ...{ names: ['a'], problems: [], passedOver: [`${name}: no-object`], hidden: [], unreadable: [] },
    })
  })

  it('a chart: its templates are templates, what needs no rendering is read', async () => {
    const found = await load({
      'chart/Chart.yaml': 'apiVersion: v2\nname: shop\n',
      'chart/values.yaml': 'a: 1\n',
      'chart/templates/web.yaml': '{{- if .Values.web }}\napiVersion: v1\nkind: Pod\n{{- end }}\n',
      'chart/templates/name.yaml': object('Pod', '"{{ .Release.Name }}-a"'),
      'chart/crds/crd.yaml': object('CustomResourceDefinition', 'a.b.c', '', 'apiextensions.k8s.io/v1'),
    })
    expect(found).toMatchObject({ names: ['a.b.c'], problems: [], unreadable: [] })
    expect(found.hidden).toEqual(['chart/templates/name.yaml', 'chart/templates/web.yaml'])
  })

  it('templates outside a chart, of Helm, Jinja and the shell', async () => {
    const found = await load({
      'helm.yaml': `${pod('a')}{{ include "x" . | nindent 2 }}\n`,
      'jinja.yaml': `{% if a %}\n${pod('a')}{% endif %}\n`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a shell
      'shell.yaml': pod('"${NAME}"'),
      'quoted.yaml': pod('"{{ name }}"'),
      'sed.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: @NAME@\n',
      'number.yaml': object('ReplicationController', 'a', 'spec:\n  replicas: {{replicas}}\n'),
      'later.yaml': object('Namespace', '_'),
    })
    expect(found).toMatchObject({
      names: [],
      passedOver: [
        'helm.yaml: template',
        'jinja.yaml: template',
        'later.yaml: template',
        'number.yaml: template',
        'quoted.yaml: template',
        'sed.yaml: template',
        'shell.yaml: template',
      ],
    })
  })

  it('what is encrypted, where its kind or name is', async () => {
    const sops = 'sops: {mac: x, version: 3.9.0}\n'
    const found = await load({
      'all.enc.yaml': `apiVersion: ENC[AES256_GCM,data:a]\nkind: ENC[AES256_GCM,data:b]\nmetadata: {name: 'ENC[c]'}\n${sops}`,
      'data.enc.yaml': object('Secret', 'db', `data: {a: "ENC[AES256_GCM,data:a]"}\n${sops}`),
    })
    expect(found).toMatchObject({ names: ['db'], problems: [], hidden: ['all.enc.yaml'] })
  })

  it('node_modules and links that lead nowhere', async () => {
    await symlink(join(folder, 'gone'), join(folder, 'link.yaml'))
    expect(await load({ 'node_modules/a/package.json': '{', 'a.yaml': pod('a') })).toMatchObject({
      ...{ names: ['a'], problems: [], passedOver: [] },
    })
  })
})

describe('the parts of a kustomization', () => {
  it('are its patches, wherever they stand, and what its generators read; it changes what its resources say', async () => {
    const found = await load({
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': deployment('web'),
      'prod/kustomization.yaml': `namespace: prod\nresources: [../base, extra.yaml]\npatches: [{path: more.yaml}, {patch: "- op: remove\\n  path: /a"}]\nconfigMapGenerator: [{name: c, files: [x=conf/app.json]}]\n`,
      'prod/more.yaml': object('Deployment', 'web', 'spec: {replicas: 3}\n', 'apps/v1'),
      'prod/extra.yaml': pod('extra'),
      'prod/conf/app.json': '{"apiVersion": "v1", "kind": "Pod"}',
    })
    expect(found).toMatchObject({ names: ['web', 'extra'], problems: [], hidden: ['prod/kustomization.yaml'] })
    expect(found.passedOver).toEqual([
      'base/kustomization.yaml: kustomization',
      'prod/conf/app.json: patch',
      'prod/kustomization.yaml: kustomization',
      'prod/more.yaml: patch',
    ])
  })

  it('are recognised without one: $patch, and part of a workload that is given as a whole or is called a patch', async () => {
    const replicas = (name: string) => object('Deployment', name, 'spec: {replicas: 3}\n', 'apps/v1')
    const found = await load({
      'base/web.yaml': deployment('web'),
      'prod/web.yaml': replicas('web'),
      'prod/patches/api.yaml': replicas('api'),
      'prod/gone.yaml': object('Service', 'web', '$patch: delete\n'),
      'prod/lone.yaml': replicas('lone'),
    })
    expect(found.names).toEqual(['web', 'lone'])
    expect(found.passedOver).toEqual(['prod/gone.yaml: patch', 'prod/patches/api.yaml: patch', 'prod/web.yaml: patch'])
  })
})

describe('what is meant to be an object is not passed over', () => {
  it.each([
    ['broken YAML with an apiVersion', 'apiVersion: v1\nkind: Pod\nmetadata: [\n'],
    ['broken JSON with a kind', '{\n  "apiVersion": "v1",\n  "kind": "NetworkPolicy",\n  "spec": {,}\n}\n'],
    ['a policy without a name', 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nspec: {podSelector: {}}\n'],
    ['an object without apiVersion', 'kind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}}\n'],
    [
      'broken YAML that uses variables of Kubernetes',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a shell
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  args: ["${A}", $(B)]\n  x: [\n',
    ],
    ['a document that is none, behind one that is', `${pod('a')}---\nnotes: here\n`],
  ])('%s is an error at its place, and the file is known to be unreadable', async (_, content) => {
    const found = await load({ 'bad.yaml': content, 'good.yaml': pod('good') })
    expect(found.problems[0]).toMatchObject({ severity: 'error', place: { file: join(folder, 'bad.yaml') } })
    expect(found).toMatchObject({ names: expect.arrayContaining(['good']), passedOver: [], unreadable: ['bad.yaml'] })
  })

  it('a file that is named itself is read as it is', async () => {
    await load({ 'mkdocs.yml': 'site: x\n' })
    const { problems, passedOver } = await loadManifests([join(folder, 'mkdocs.yml')], fileSystem(Readable.from([])))
    expect(problems.length).toBeGreaterThan(0)
    expect(passedOver).toEqual([])
  })
})

describe('--exclude', () => {
  const files = {
    'a.yaml': pod('a'),
    'charts/x/b.yaml': pod('b'),
    'apps/charts/c.yaml': pod('c'),
    'apps/d.test.yaml': pod('d'),
  }
  it.each([
    ['charts', ['a', 'd']],
    ['charts/', ['a', 'd']],
    ['charts/**', ['a', 'c', 'd']],
    ['**/charts/*', ['a', 'd']],
    ['*.test.yaml', ['a', 'b', 'c']],
    ['./apps', ['a', 'b']],
    ['{a,b}.yaml', ['c', 'd']],
    ['app?/*.yaml', ['a', 'b', 'c']],
    ['a+yaml', ['a', 'b', 'c', 'd']],
  ])('%s', async (pattern, names) => {
    expect((await load(files, { exclude: [pattern] })).names.toSorted()).toEqual(names)
  })
  it('takes paths as they are named, too', async () => {
    expect((await load(files, { exclude: [`${folder}/apps/**`, 'a.yaml'] })).names).toEqual(['b'])
  })
})

describe('the default namespace', () => {
  const crd = object(
    'CustomResourceDefinition',
    'pools.a.io',
    'spec: {group: a.io, scope: Cluster, names: {kind: Pool}}\n',
    'apiextensions.k8s.io/v1',
  )
  const files = {
    'all.yaml': [
      pod('a'),
      object('Ingress', 'i', '', 'networking.k8s.io/v1'),
      object('Namespace', 'ns'),
      object('Pool', 'p', '', 'a.io/v1'),
      object('Thing', 't', '', 'a.io/v1'),
      crd,
    ].join('---\n'),
    'written.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: other}\n',
  }
  const spaces = async (options: LoadOptions) =>
    (await load(files, options)).objects.map(({ name, namespace }) => `${namespace}/${name}`)

  it('is one for every kind that has namespaces', async () => {
    expect(await spaces({})).toEqual(['default/a', 'default/i', '/ns', '/p', 'default/t', '/pools.a.io', 'other/w'])
  })
  it('is the one that is given, in the data too', async () => {
    expect(await spaces({ namespace: 'shop' })).toEqual([
      'shop/a',
      'shop/i',
      '/ns',
      '/p',
      'shop/t',
      '/pools.a.io',
      'other/w',
    ])
    const { objects } = await load(files, { namespace: 'shop' })
    expect(objects[0]?.value.metadata).toEqual({ name: 'a', namespace: 'shop' })
  })
})
