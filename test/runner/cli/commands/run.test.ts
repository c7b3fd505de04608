import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { reportSchema } from '../../../../runner/report/schema.ts'
import { kubeconfig, serve } from '../../../fabric/kubernetes/api-server.ts'
import { crosscheck, ended, start } from '../crosscheck.ts'
import { folderWith } from '../folder.ts'
import { scenarioOf, town } from '../town.ts'

const right =
  '    - { from: ui, to: api, expect: allowed }\n    - { from: ui, to: db, expect: blocked, tags: [isolation] }'
const folderOf = (paths: string, more = {}) =>
  folderWith({ 'town.yaml': town, 'scenario.yaml': scenarioOf(paths), ...more })

test('a run in which all was shown ends with 0, and says where it ran first', async () => {
  const cwd = await folderOf(right)
  const { code, stdout } = await crosscheck(['run', '--lab', 'scenario.yaml', '-o', 'text', '-o', 'json=report.json'], {
    cwd,
  })
  expect(stdout.split('\n')[0]).toMatch(/^Lab of 1 node/)
  expect(stdout).toMatch(/2 passed in [\d.]+ s\n$/)
  expect(code).toBe(0)
  const report = reportSchema.parse(JSON.parse(await readFile(join(cwd, 'report.json'), 'utf8')))
  expect(report.paths.map(({ to, status, predicted }) => [to, status, predicted?.verdict])).toEqual([
    ['api', 'pass', 'allow'],
    ['db', 'pass', 'deny'],
  ])
})

test('a failure ends with 1 and names the policy with its line; a path that is not known alone ends with 3, or 0 by choice', async () => {
  const cwd = await folderOf(
    '    - { from: ui, to: db, expect: allowed }\n    - { from: ui, to: nobody, expect: blocked, tags: [unknown] }',
  )
  const failed = await crosscheck(['run', '--lab', 'scenario.yaml'], { cwd })
  expect(failed.stdout).toContain('back/closed')
  expect(failed.stdout).toContain('scenario.yaml:9:')
  expect(failed.code).toBe(1)
  const unknown = await crosscheck(['run', '--lab', 'scenario.yaml', '--only', 'unknown'], { cwd })
  expect([unknown.code, unknown.stdout]).toEqual([3, expect.stringContaining('1 inconclusive')])
  const warned = await crosscheck(['run', '--lab', 'scenario.yaml', '--only', 'unknown', '--inconclusive', 'warn'], {
    cwd,
  })
  expect(warned.code).toBe(0)
})

test.each(['--lab', '--predict'])(
  'a matrix of a pod with itself judges no path, says so, and ends with 3: %s',
  async (where) => {
    const matrix = scenarioOf('    []\n  matrix: { from: [ui], to: [front/pod/ui:80] }')
    const cwd = await folderWith({ 'town.yaml': town, 'scenario.yaml': matrix })
    const { code, stdout } = await crosscheck(['run', where, 'scenario.yaml'], { cwd })
    expect([code, stdout]).toEqual([3, expect.stringContaining('ui -> front/pod/ui:80')])
  },
)

test('the engine alone predicts, and nothing passes', async () => {
  const cwd = await folderOf(right)
  const { code, stdout } = await crosscheck(['run', '--predict', 'scenario.yaml'], { cwd })
  expect([code, stdout]).toEqual([0, expect.stringContaining('2 predicted')])
  expect(stdout).not.toContain('passed')
  expect(stdout).toMatch(/^Predicted, without packets/)
})

test('manifests of the command line stand instead of those of the scenario', async () => {
  const cwd = await folderOf(right, { 'open.yaml': town.slice(0, town.lastIndexOf('---')) })
  const { code, stdout } = await crosscheck(['run', '--predict', 'scenario.yaml', '-f', 'open.yaml'], { cwd })
  expect([code, stdout]).toEqual([1, expect.stringContaining('namespace back has no NetworkPolicy')])
})

test('a mistake in the manifests ends a run before the cluster gets a request', async () => {
  const requests: unknown[] = []
  const server = await serve(({ url }, response) => {
    requests.push(url)
    response.end('{}')
  })
  const cwd = await folderOf(right, { 'broken.yaml': 'kind: [' })
  const args = ['run', '-f', 'broken.yaml', 'scenario.yaml', '--kubeconfig', kubeconfig(server)]
  expect(await crosscheck(args, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('broken.yaml:1:') })
  expect(requests).toEqual([])
})

test('mistakes in scenario, manifests and options are told with their places, and nothing is started', async () => {
  const cwd = await folderOf('    - { from: uii, to: api, expect: allowed }', {
    'town.yaml': town.replace('podSelector', 'podSelectr'),
  })
  const scenario = await crosscheck(['run', '--lab', 'scenario.yaml'], { cwd })
  expect([scenario.code, scenario.stdout]).toEqual([2, ''])
  expect(scenario.stderr).toMatch(/scenario\.yaml:9:\d+: error: .*uii/)
  const fixed = await folderOf(right, { 'town.yaml': town.replace('podSelector', 'podSelectr') })
  const manifest = await crosscheck(['run', '--lab', 'scenario.yaml'], { cwd: fixed })
  expect(manifest.stderr).toMatch(/town\.yaml:38:9: error: .*podSelectr.*\n {2}hint: did you mean podSelector\?/)
  expect(manifest.code).toBe(2)
  const options = await crosscheck(
    ['run', '--lab', '--predict', '--deadline', 'soon', '--only', 'x', 'scenario.yaml'],
    { cwd },
  )
  expect(options.stderr).toContain('--lab and --predict contradict each other')
  expect(options.stderr).toContain('--deadline soon')
  expect(options.code).toBe(2)
})

test('a pattern that matches no path is a mistake', async () => {
  const cwd = await folderOf(right)
  const { code, stderr } = await crosscheck(
    ['run', '--lab', 'scenario.yaml', '--only', 'ui -> d*', '--only', 'nothing'],
    { cwd },
  )
  expect([code, stderr]).toEqual([2, expect.stringContaining('--only nothing: no path matches')])
})

test('a known failure does not count', async () => {
  const cwd = await folderOf('    - { from: ui, to: db, expect: allowed }', { 'known.txt': 'town: ui -> db  # soon\n' })
  const { code, stdout } = await crosscheck(['run', '--lab', 'scenario.yaml', '--known-failures', 'known.txt'], { cwd })
  expect([code, stdout]).toEqual([0, expect.stringContaining('1 skipped')])
})

test('Ctrl-C stops a run, which reports what it has', async () => {
  const cwd = await folderOf('    - { from: ui, to: db, expect: allowed, deadline: 20s }')
  const child = start(['run', '--lab', 'scenario.yaml', '-o', 'text', '-o', 'json=report.json'], { cwd })
  child.stdin.end()
  const end = ended(child)
  await hasChild(child.pid)
  child.kill('SIGINT')
  const { code, stdout } = await end
  expect(code).toBe(130)
  expect(stdout).toContain('interrupted')
  const report = reportSchema.parse(JSON.parse(await readFile(join(cwd, 'report.json'), 'utf8')))
  expect(report.summary.pass).toBe(0)
})

/** Resolves when the process has started another, here the lab's worker. */
async function hasChild(pid: number | undefined): Promise<void> {
  while ((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim() === '') await setImmediate()
}

test('a file of --probe-patch that is none stops the run before it begins, with every mistake', async () => {
  const folder = await folderWith({
    's.yaml':
      'apiVersion: crosscheck.dev/v1alpha1\nkind: Scenario\nmetadata: { name: s }\nspec:\n  paths: [{ from: ns/a, to: "b:80", expect: allowed }]\n',
    'patch.yaml': 'spec: { hostNetwork: true, tolerations: {} }\n',
  })
  const { code, stderr } = await crosscheck(['run', 's.yaml', '--probe-patch', 'patch.yaml'], { cwd: folder })
  expect(code).toBe(2)
  expect(stderr).toContain('error: --probe-patch patch.yaml: spec: Unrecognized key: "hostNetwork"\n')
  expect(stderr).toContain(
    'error: --probe-patch patch.yaml: spec.tolerations: Invalid input: expected array, received object\n',
  )
})
