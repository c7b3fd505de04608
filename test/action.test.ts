import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parse } from 'junit2json'
import { expect, onTestFinished, test } from 'vitest'
import { parse as parseYaml } from 'yaml'

interface Action {
  readonly inputs: Readonly<Record<string, object>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: {
    readonly steps: readonly { readonly id?: string; readonly env?: Readonly<Record<string, string>> }[]
  }
}

const action = parseYaml(readFileSync('action.yml', 'utf8')) as Action

/** Runs the step of the action as GitHub's runner does. */
function runStep(inputs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'crosscheck-action-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') }
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter)
  const env = { ...process.env, ...files, PATH, RUNNER_TEMP: folder, ...inputs }
  const { status, stdout } = spawnSync('bash', ['scripts/action.sh'], { env, encoding: 'utf8' })
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
  const lines = read(files.GITHUB_OUTPUT).split('\n').filter(Boolean)
  const outputs = Object.fromEntries(lines.map((line) => line.split('=') as [string, string]))
  return { status, stdout, outputs, summary: read(files.GITHUB_STEP_SUMMARY), read }
}

test('the action names its reports, annotates, and writes the job’s summary', async () => {
  const { status, stdout, outputs, summary, read } = runStep({
    INPUT_PATHS: 'test/fixtures/broken/stacks/default-deny-elsewhere\n',
    INPUT_WHERE: 'predict',
    INPUT_ARGS: '--verbose --only dev',
  })
  expect(status).toBe(1)
  expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(action.outputs).toSorted())
  expect(outputs['exit-code']).toBe('1')
  expect(await parse(read(outputs['junit']!))).toMatchObject({ failures: 1 })
  expect(JSON.parse(read(outputs['json']!))).toMatchObject({ summary: { fail: 1 } })
  expect(stdout).toMatch(/^::error file=test\/fixtures\/broken\/.*,line=14,/m)
  expect(summary).toMatch(/^## .*1 failed/m)
})

test('what a report says is printed while GitHub obeys no commands', () => {
  const { stdout } = runStep({ INPUT_PATHS: 'scenarios/nova-after', INPUT_WHERE: 'predict' })
  const token = /^::stop-commands::([0-9a-f-]{36})\n/.exec(stdout)?.[1]
  const [text, commands] = stdout.slice(stdout.indexOf('\n') + 1).split(`::${token!}::\n`)
  expect(text).toMatch(/^Predicted, without packets/)
  expect(
    commands!
      .split('\n')
      .filter(Boolean)
      .every((line) => line.startsWith('::')),
  ).toBe(true)
})

test('a word that `where` does not know, and one that a shell would run, do nothing', () => {
  const unknown = runStep({ INPUT_WHERE: '$(touch /x)' })
  expect([unknown.status, unknown.stdout]).toEqual([
    4,
    '::error title=Crosscheck::where: expected lab, cluster, rehearse or predict\n',
  ])
  expect(runStep({ INPUT_WHERE: 'predict', INPUT_PATHS: '$(id) `id`;id' }).stdout).not.toContain('uid=')
})

test('the action passes every input on, as environment', () => {
  const { env } = action.runs.steps.find(({ id }) => id === 'run')!
  const expected = Object.keys(action.inputs).map((name) => [`INPUT_${name.toUpperCase()}`, `\${{ inputs.${name} }}`])
  expect(env).toEqual(Object.fromEntries(expected))
})

test('kind opens the node ports of the Amazon Store on two workers', () => {
  interface Port {
    readonly containerPort: number
    readonly hostPort: number
  }
  const { nodes } = parseYaml(readFileSync('kind-config.yaml', 'utf8')) as {
    nodes: { role: string; extraPortMappings?: Port[] }[]
  }
  const manifests = ['dev', 'prod'].map((name) =>
    readFileSync(`scenarios/amazon-store/manifests/${name}/kong.yaml`, 'utf8'),
  )
  const used = manifests.flatMap((text) => [...text.matchAll(/nodePort: (\d+)/g)].map((match) => Number(match[1])))
  const mapped = nodes.flatMap(({ extraPortMappings = [] }) => extraPortMappings)
  expect(used.length).toBe(4)
  expect(new Set(mapped.map(({ containerPort }) => containerPort))).toEqual(new Set(used))
  expect(mapped.every(({ containerPort, hostPort }) => containerPort === hostPort)).toBe(true)
  expect(nodes.map(({ role }) => role)).toEqual(['control-plane', 'worker', 'worker'])
})

const actionlint = spawnSync('actionlint', ['-version']).error === undefined
const why = actionlint ? '' : ' (skipped: actionlint is not installed; CONTRIBUTING.md has the line)'

test.skipIf(!actionlint)(`workflows and action pass actionlint${why}`, () => {
  const { status, stdout } = spawnSync('actionlint', ['-no-color'], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([0, ''])
})
