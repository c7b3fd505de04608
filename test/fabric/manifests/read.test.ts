import { describe, expect, it } from 'vitest'
import { maxInputBytes, readManifests } from '../../../fabric/manifests/read.ts'

const read = (text: string) => readManifests([{ file: 'm.yaml', text }])

describe('readManifests', () => {
  it('reads several documents and skips empty ones', () => {
    const { objects, problems } = read(
      '---\nkind: Pod\napiVersion: v1\nmetadata: {name: a}\n---\n---\nkind: Pod\napiVersion: v1\nmetadata: {name: b, namespace: x}\n',
    )
    expect(problems).toEqual([])
    expect(objects.map(({ namespace, name }) => [namespace, name])).toEqual([
      ['default', 'a'],
      ['x', 'b'],
    ])
    expect(objects[1]?.place).toEqual({ file: 'm.yaml', line: 7, column: 1 })
  })
  it('reads lists as kubectl prints them, and typed lists whose items have no kind, as the API answers', () => {
    const list = (kind: string, item: object) => JSON.stringify({ apiVersion: 'v1', kind, items: [item] })
    const typed = read(list('PodList', { metadata: { name: 'a' } }))
    const plain = read(list('List', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }))
    for (const { objects, problems } of [typed, plain]) {
      expect(problems).toEqual([])
      expect(objects.map(({ kind, apiVersion, name }) => [kind, apiVersion, name])).toEqual([['Pod', 'v1', 'a']])
    }
  })
  it('reads a list whose items are null as an empty one', () => {
    for (const kind of ['List', 'ConfigMapList'])
      expect(read(`apiVersion: v1\nkind: ${kind}\nitems:\n`)).toMatchObject({ objects: [], problems: [] })
    expect(read('apiVersion: v1\nkind: NotAList\nitems:\n').problems).toHaveLength(1)
  })
  it('tells the place of a scalar, of the key of a map, of a list item, and of what is above something absent', () => {
    const { objects } = read(
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  list:\n  - x: 1\n  - {k: 2}\n  none:\n',
    )
    const at = (...path: (string | number)[]) => objects[0]?.at(path)
    expect(at('metadata', 'name')).toMatchObject({ line: 4, column: 9 })
    expect(objects[0]?.at(['metadata', 'name'], 'key')).toMatchObject({ line: 4, column: 3 })
    expect(at('spec')).toMatchObject({ line: 5, column: 1 })
    expect(at('spec', 'list', 1)).toMatchObject({ line: 8, column: 5 })
    expect(at('spec', 'list', 1, 'k')).toMatchObject({ line: 8, column: 9 })
    expect(at('spec', 'none')).toMatchObject({ line: 9, column: 3 })
    expect(at('spec', 'absent', 'deep')).toMatchObject({ line: 5, column: 1 })
  })
  it('gives items of a list places of their own', () => {
    const { objects } = read(
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n',
    )
    expect(objects[0]?.place).toMatchObject({ line: 4, column: 3 })
    expect(objects[0]?.at(['metadata', 'name'])).toMatchObject({ line: 6, column: 20 })
  })
  it('reads a list as kubectl prints it item by item, with the same places and objects as a whole', () => {
    const items = ['a', 'b'].map(
      (name) =>
        `- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: ${name}\n    annotations:\n      note: |\n        - x\n`,
    )
    const list = `apiVersion: v1\nitems:\n${items.join('')}kind: List\nmetadata:\n  resourceVersion: ""\n`
    const { objects, problems } = read(`---\n${list}`)
    expect(problems).toEqual([])
    expect(objects.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(objects[1]?.place).toMatchObject({ line: 11, column: 3 })
    for (const object of objects)
      expect(object.at(['metadata', 'name'])).toMatchObject({ line: object.name === 'a' ? 7 : 14, column: 11 })
    const inOne = read(`---\n${list.replace('kind: List', 'kind: PodList')}`)
    expect(inOne.objects.map(({ value, place }) => [value, place])).toEqual(
      objects.map(({ value, place }) => [value, place]),
    )
  })
  it('resolves an alias from one list item to another', () => {
    const { objects, problems } = read(
      'kind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: &m {name: a}}\n- {apiVersion: v1, kind: Service, metadata: *m}\n',
    )
    expect(problems).toEqual([])
    expect(objects.map(({ kind, name }) => [kind, name])).toEqual([
      ['Pod', 'a'],
      ['Service', 'a'],
    ])
  })
  it('reads JSON objects one behind the other, as kubectl does, with the places of each', () => {
    const pod = (name: string) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, note: '}{"' } })
    for (const between of ['', '\n', '\n\n  ']) {
      const { objects, problems } = read(`${pod('a')}${between}${pod('b')}${between}${pod('c')}\n`)
      expect(problems).toEqual([])
      expect(objects.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    }
    const { objects } = read(`${pod('a')}\n${pod('b')}\n`)
    expect(objects[1]?.at(['metadata', 'name'])).toMatchObject({ line: 2, column: 52 })
    const { problems } = read(`${pod('a')}{"apiVersion": v1: v1}\n`)
    expect(problems[0]).toMatchObject({ severity: 'error', place: { line: 1 } })
  })
  it('refuses one document of more than 16 MiB, which would take a gigabyte to parse, and reads the others', () => {
    const { objects, problems } = read(
      `{"a": "${'x'.repeat(17 * 1024 * 1024)}"}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n`,
    )
    expect(problems).toMatchObject([{ message: 'one document of more than 16 MiB', place: { line: 1 } }])
    expect(objects.map(({ name }) => name)).toEqual(['b'])
  })
  it('reports broken YAML with its place, and still reads the other documents', () => {
    const { objects, problems } = read('a: [1\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n')
    expect(problems[0]).toMatchObject({ severity: 'error', place: { file: 'm.yaml', line: 2 } })
    expect(objects.map(({ name }) => name)).toEqual(['b'])
  })
  it('refuses a key that is given twice', () => {
    const { objects, problems } = read('apiVersion: v1\nkind: Pod\nkind: Pod\nmetadata: {name: a}\n')
    expect(objects).toEqual([])
    expect(problems[0]).toMatchObject({ place: { line: 3, column: 1 }, hint: expect.stringContaining('API server') })
  })
  it('refuses an alias bomb', () => {
    const layers = Array.from(
      { length: 12 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(', ')}]`,
    )
    const { problems } = read(`l0: &l0 [x]\n${layers.join('\n')}\n`)
    expect(problems[0]?.message).toContain('alias bomb')
  })
  it('takes as many plain aliases as people write', () => {
    const uses = Array.from({ length: 300 }, (_, n) => `  u${n}: *v`).join('\n')
    const { objects, problems } = read(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: &v a}\ndata:\n${uses}\n`)
    expect(problems).toEqual([])
    expect(objects).toHaveLength(1)
  })
  it('refuses nesting that would exhaust the stack', () => {
    const { objects, problems } = read('['.repeat(200_000))
    expect(objects).toEqual([])
    expect(problems.length).toBeGreaterThan(0)
    expect(problems.length).toBeLessThan(50)
  })
  it('refuses binary files and inputs over 64 MiB with one sentence', () => {
    expect(read('\0ELF').problems).toMatchObject([{ message: 'this is a binary file, not a manifest' }])
    expect(read(' '.repeat(maxInputBytes + 1)).problems).toMatchObject([
      { message: expect.stringContaining('up to 64 MiB') },
    ])
  })
  it('says what is missing from something that is no object', () => {
    const { problems } = read('replicaCount: 3\n')
    expect(problems.map(({ message }) => message)).toEqual([
      'apiVersion: this is no Kubernetes object: apiVersion is not set',
      'kind: this is no Kubernetes object: kind is not set',
    ])
    expect(read('- 1\n').problems[0]?.message).toBe('this is no Kubernetes object')
    expect(read('apiVersion: v1\nkind: Pod\n').problems[0]?.message).toContain('this Pod has no name')
  })
  it('recognises a Helm template', () => {
    const { problems } = read('apiVersion: v1\nkind: {{ .Values.kind }}\n')
    expect(problems.at(-1)?.hint).toContain('helm template')
  })
  it('reads yes as a boolean and dates as text, as Kubernetes does', () => {
    const { objects } = read(
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: yes, b: 2024-01-01, c: 12:30}\n',
    )
    expect(objects[0]?.value.data).toEqual({ a: true, b: '2024-01-01', c: '12:30' })
  })
  it('gives objects with generateName names that differ', () => {
    const one = 'apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: migrate-}\n---\n'
    expect(read(one + one).objects.map(({ name }) => name)).toEqual(['migrate-1', 'migrate-2'])
  })
  it('leaves the namespace of cluster-scoped kinds empty', () => {
    const { objects } = read(
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: b}\n---\napiVersion: x.io/v1\nkind: ClusterPolicy\nmetadata: {name: a}\n',
    )
    expect(objects.map(({ namespace }) => namespace)).toEqual(['', ''])
  })
})
