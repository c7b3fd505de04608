import { expect, test } from 'vitest'
import { crosscheck } from './crosscheck.ts'
import { folderWith } from './folder.ts'

const pod = (name: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec: { containers: [{ name: a }] }\n`

test('without manifests nothing is measured', async () => {
  const { code, stdout, stderr } = await crosscheck(['matrix', '--lab'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^crosscheck: error: no manifests are given\n {2}hint: .*-f - for stdin.*\n$/)
})

test.each([
  ['matrix', ['matrix', '--predict', '-f', '-'], ''],
  ['matrix in the lab', ['matrix', '--lab', '-f', '-'], 'apiVersion: v1\nkind: List\nitems: []\n'],
  ['check', ['check', 'ns/a', 'tcp://b:1', '--lab', '-f', '-'], '---\n# nothing\n'],
  ['explain', ['explain', 'ns/a', 'tcp://b:1', '-f', '-'], ''],
])('%s without any object on stdin says so and ends with 2', async (_, args, input) => {
  const stderr = 'crosscheck: error: no object in <stdin>\n'
  expect(await crosscheck(args, { input })).toEqual({ code: 2, stdout: '', stderr })
})

test('diff with an empty side says which one and ends with 2', async () => {
  const folder = await folderWith({ 'before.yaml': pod('a'), 'empty.yaml': '# nothing\n' })
  const of = (file: string) => `crosscheck: error: no object in ${file}\n`
  const stdin = await crosscheck(['diff', `${folder}/before.yaml`, '-'])
  expect(stdin).toEqual({ code: 2, stdout: '', stderr: of('<stdin>') })
  const file = await crosscheck(['diff', `${folder}/empty.yaml`, `${folder}/before.yaml`])
  expect(file).toEqual({ code: 2, stdout: '', stderr: of(`${folder}/empty.yaml`) })
})

test('mistakes of all files are told at once, with their places, and nothing is started', async () => {
  const folder = await folderWith({ 'a.yaml': 'kind: [', 'b/c.yml': `${pod('Upper')}---\nkind: Pod\n` })
  const { code, stdout, stderr } = await crosscheck(['matrix', '--lab', '-f', folder, '-f', `${folder}/absent.yaml`])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`${folder}/a.yaml:1:8: error: YAML: `)
  expect(stderr).toContain(`${folder}/b/c.yml:6:1: error: `)
  expect(stderr).toContain(`crosscheck: error: ${folder}/absent.yaml: no such file or folder\n`)
})

test('-k takes what kubectl kustomize renders', async () => {
  const folder = await folderWith({
    'bin/kubectl': `#!/bin/sh\n[ "$1 $2" = "kustomize --" ] && cat "$3/rendered.yaml"\n`,
    'overlay/rendered.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { name: 7 }\n',
  })
  const environment = { PATH: `${folder}/bin:${process.env['PATH']}` }
  const { code, stderr } = await crosscheck(['matrix', '--lab', '-k', 'overlay'], { cwd: folder, environment })
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^overlay \(kubectl kustomize\):3:19: error: /),
  })
})

test('what kubectl refuses is a mistake of the user, in its own words', async () => {
  const folder = await folderWith({ 'bin/kubectl': '#!/bin/sh\necho "error: no kustomization here" >&2\nexit 1\n' })
  const environment = { PATH: `${folder}/bin:${process.env['PATH']}` }
  expect(await crosscheck(['matrix', '--lab', '-k', 'overlay'], { environment })).toEqual({
    code: 2,
    stdout: '',
    stderr: 'crosscheck: error: -k overlay: no kustomization here\n',
  })
})

test('without kubectl, -k says what helps and ends with 4', async () => {
  const { code, stdout, stderr } = await crosscheck(['matrix', '--lab', '-k', 'overlay'], { environment: { PATH: '' } })
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toBe(
    'crosscheck: -k needs kubectl, which is not on the PATH: install it, or render them elsewhere: kustomize build overlay | crosscheck … -f -\n',
  )
})
