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

test('a folder with other files: each command passes over them, and says so in one line at the end', async () => {
  const folder = await folderWith({
    'app.yaml': `${pod('web')}---\n${pod('api')}`,
    'mkdocs.yml': 'site: x\nplugins: [!!python/name:a.b {}]\n',
    'tsconfig.json': '// ours\n{}\n',
    'package.json': '{"name": "a"}',
  })
  const note = `crosscheck: passed over 3 files: 3 hold no Kubernetes object (${folder}/mkdocs.yml, ${folder}/package.json, …) (--show-passed-over lists them)\n`
  for (const args of [
    ['matrix', '--predict', '-f', folder],
    ['explain', 'default/po/web', 'default/po/api:80', '-f', folder],
    ['diff', folder, folder],
    ['lint', folder],
  ]) {
    const { code, stderr } = await crosscheck(args)
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: note })
  }
  const { stderr } = await crosscheck(['matrix', '--predict', '-f', folder, '--show-passed-over'])
  expect(stderr.split('\n')).toHaveLength(5)
  expect(stderr).toContain(`  ${folder}/tsconfig.json holds no Kubernetes object\n`)
  const without = ['--exclude', '*.json', '--exclude', 'mkdocs.yml']
  expect((await crosscheck(['lint', folder, ...without])).stderr).toBe('')
})

test('a manifest of a folder that cannot be read stops a prediction, and --exclude leaves it out', async () => {
  const folder = await folderWith({
    'app.yaml': pod('web'),
    'deny.yaml': 'apiVersion: v1\nkind: NetworkPolicy\nspec: [\n',
  })
  const stopped = await crosscheck(['matrix', '--predict', '-f', folder])
  expect(stopped).toMatchObject({ code: 2, stdout: '' })
  expect(stopped.stderr).toContain(`${folder}/deny.yaml:4:1: error: YAML: `)
  expect(await crosscheck(['matrix', '--predict', '-f', folder, '--exclude', 'deny.yaml'])).toMatchObject({ code: 0 })
})

test('-n is the namespace of objects that name none; in a matrix only where nothing else is in it', async () => {
  const lone = await folderWith({ 'app.yaml': `${pod('web')}---\n${pod('api')}` })
  const pods = async (...args: string[]) => {
    const { stdout, stderr } = await crosscheck(['matrix', '--predict', '-o', 'json', ...args])
    const { cells } = JSON.parse(stdout) as { cells: readonly { from: unknown }[] }
    return { sources: [...new Set(cells.map(({ from }) => JSON.stringify(from)))], stderr }
  }
  const moved = await pods('-f', lone, '-n', 'shop', '--port', '80')
  expect(moved.stderr).toBe('crosscheck: warning: -n shop: 2 objects that name no namespace are taken to be in shop\n')
  expect(moved.sources).toHaveLength(2)
  expect(moved.sources.every((source) => source.includes('shop'))).toBe(true)
  const explained = await crosscheck(['explain', 'shop/po/web', 'shop/po/api:80', '-f', lone, '-n', 'shop'])
  expect(explained).toMatchObject({ code: 0, stderr: '' })
  const named = await folderWith({
    'app.yaml': `${pod('web')}---\n${pod('api').replace('name: api', 'name: api, namespace: shop')}`,
  })
  expect(await pods('-f', named, '-n', 'shop', '--port', '80')).toEqual({ sources: [], stderr: '' })
})

test('what says how to read manifests is of no use without any, and is printed where it is to be used again', async () => {
  for (const options of [
    ['-n', 'shop'],
    ['--exclude', 'a'],
  ]) {
    const { code, stderr } = await crosscheck(['explain', 'a/po/b', 'c/po/d:1', ...options])
    expect({ code, stderr }).toEqual({
      ...{
        code: 2,
        stderr: `crosscheck: error: ${options[0]}: of no use without manifests\n  hint: give manifests by -f or -k\n`,
      },
    })
  }
  const folder = await folderWith({ 'app.yaml': `${pod('web')}---\n${pod('api')}` })
  const given = ['-f', folder, '--exclude', 'charts/**', '-n', 'shop']
  const { stdout } = await crosscheck(['explain', 'shop/po/web', 'shop/po/api:80', ...given])
  expect(stdout).toContain(`--lab -f ${folder} --exclude 'charts/**' -n shop --expect `)
})
