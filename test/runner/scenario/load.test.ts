import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadScenarios } from '../../../runner/scenario/load.ts'

let folder = ''
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'crosscheck-scenarios-'))
})
afterEach(() => fs.rm(folder, { recursive: true }))

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await fs.mkdir(dirname(path), { recursive: true })
  await fs.writeFile(path, content)
  return path
}

function scenario(name: string, rest = ''): string {
  return `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: ${name} }
spec:
  ${rest}
  paths: [{ from: n/deploy/a, to: 'tcp://b.n:80', expect: allowed }]
`
}

async function load(paths: readonly string[], set: Readonly<Record<string, string>> = {}) {
  const { scenarios, problems } = await loadScenarios(paths, fs, { set: new Map(Object.entries(set)) })
  const told = problems.map(
    ({ severity, message, hint }) => `${severity} ${message.replaceAll(folder, '.')}${hint ? ` (${hint})` : ''}`,
  )
  return { names: scenarios.map(({ name }) => name), problems: told, scenarios }
}

test('a folder gives all scenarios below it and passes over manifests, templates and hidden folders', async () => {
  await write('b/two.yml', scenario('two'))
  await write('a/one.yaml', `${scenario('one')}---\napiVersion: v1\nkind: Namespace\nmetadata: { name: n }\n`)
  await write('a/manifests/policy.yaml', 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n')
  await write('a/chart/template.yaml', '{{ if .Values.x }}\nkind: Pod\n')
  await write('.git/x.yaml', scenario('hidden'))
  await write('notes.txt', scenario('text'))
  expect(await load([folder])).toMatchObject({ names: ['one', 'two'], problems: [] })
})

test('a file given by name must hold nothing but scenarios, which is told once of manifests', async () => {
  const path = await write('pod.yaml', 'apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Service\n')
  expect((await load([path])).problems).toEqual([
    'error this is a Kubernetes object (v1 Pod), not a scenario (list its file under spec.manifests of a scenario)',
  ])
})

test('a folder without a scenario and a path that does not exist are errors', async () => {
  await write('pod.yaml', 'apiVersion: v1\nkind: Pod\n')
  expect((await load([folder, join(folder, 'absent.yaml')])).problems).toEqual([
    'error .: no scenario in this folder (a scenario is YAML with kind: Scenario)',
    'error ./absent.yaml: no such file or folder',
  ])
})

test('a scenario with a typing error in its kind is not passed over in a folder', async () => {
  await write('x.yaml', scenario('x').replace('kind: Scenario', 'kind: Scenaro'))
  expect((await load([folder])).problems).toEqual(['error unknown kind "Scenaro" (did you mean Scenario?)'])
})

test('a file given twice, by itself and by its folder, is read once', async () => {
  const path = await write('x.yaml', scenario('x'))
  expect((await load([path, folder])).names).toEqual(['x'])
})

test('what is no UTF-8 text is refused', async () => {
  const paths = [
    await write('binary.yaml', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1])),
    await write('latin1.yaml', Buffer.from('name: café', 'latin1')),
    await write('utf16.yaml', Buffer.from('name: x', 'utf16le')),
  ]
  expect((await load(paths)).problems).toEqual([
    'error ./binary.yaml: the file is binary, not text in UTF-8',
    'error ./latin1.yaml: the file is not encoded in UTF-8',
    'error ./utf16.yaml: the file is binary, not text in UTF-8',
  ])
})

test('a byte order mark is no mistake', async () => {
  const path = await write('bom.yaml', `\uFEFF${scenario('bom')}`)
  expect(await load([path])).toMatchObject({ names: ['bom'], problems: [] })
})

test('a file of 2 GB is refused by its size, unread', async () => {
  const path = await write('big.yaml', '')
  await fs.truncate(path, 2 * 1024 ** 3)
  expect((await load([path])).problems).toEqual(['error ./big.yaml: the file has 2048 MiB, more than 32'])
})

test('a file that says nothing of its size is read up to the bound', async () => {
  expect((await load(['/dev/zero'])).problems).toEqual(['error /dev/zero: the file has more than 32 MiB'])
})

test('manifests are resolved beside the scenario and must exist', async () => {
  const path = await write('s/x.yaml', scenario('x', 'manifests: [m, absent.yaml]'))
  await write('s/m/pod.yaml', '')
  expect((await load([path])).problems).toEqual(['error ./s/absent.yaml: no such file or folder'])
  await write('s/absent.yaml', '')
  expect((await load([path])).scenarios[0]?.manifests.map((manifest) => manifest.path)).toEqual([
    join(folder, 's/m'),
    join(folder, 's/absent.yaml'),
  ])
})

test('manifests that do not exist are told beside the other mistakes of the scenario', async () => {
  const path = await write(
    'x.yaml',
    scenario('x', 'manifests: [absent.yaml]').replace('expect: allowed', 'expect: open'),
  )
  const nothing = await write('y.yaml', scenario('y', 'manifests: [gone.yaml]').replace(/paths: .*/, ''))
  const { names, problems } = await load([path, nothing])
  expect(names).toEqual([])
  expect(problems).toEqual([
    'error spec.paths[0].expect: expected allowed, blocked or a mapping, got "open"',
    'error ./absent.yaml: no such file or folder',
    'error the scenario asserts nothing (give it paths or a matrix)',
    'error ./gone.yaml: no such file or folder',
  ])
})

test('a symbolic link must not lead manifests out of the folder, but may lead within it', async () => {
  const path = await write('s/x.yaml', scenario('x', 'manifests: [out, in]'))
  await write('secret/pod.yaml', '')
  await write('s/m/pod.yaml', '')
  await fs.symlink('../secret', join(folder, 's/out'))
  await fs.symlink('m', join(folder, 's/in'))
  expect((await load([path])).problems).toEqual(["error ./s/out: a symbolic link leads out of the scenario's folder"])
})

test('a scenario mounted from a ConfigMap, as links into a hidden folder, is found with its manifests', async () => {
  await write('..2026/x.yaml', scenario('x', 'manifests: [pod.yaml]'))
  await write('..2026/pod.yaml', '')
  for (const name of ['x.yaml', 'pod.yaml']) await fs.symlink(`..2026/${name}`, join(folder, name))
  expect(await load([folder])).toMatchObject({ names: ['x'], problems: [] })
})

test('a value for a variable that no scenario has is an error', async () => {
  const path = await write('x.yaml', scenario('x', 'variables: { environment: dev }'))
  expect((await load([path], { enviroment: 'prod' })).problems).toEqual([
    'error --set enviroment: no scenario has this variable (did you mean environment?)',
  ])
  expect((await load([path], { environment: 'prod' })).scenarios[0]?.variables).toEqual({ environment: 'prod' })
})
