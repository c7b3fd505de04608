import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments, parse as parseYaml } from 'yaml'

interface CronJob {
  readonly spec: {
    readonly schedule: string
    readonly startingDeadlineSeconds: number
    readonly jobTemplate: { readonly spec: { readonly activeDeadlineSeconds: number } }
  }
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[]
}

const promtool = spawnSync('promtool', ['--version']).error === undefined
const why = promtool ? '' : ' (skipped: promtool is not installed; it is in the Debian package prometheus)'

test.skipIf(!promtool)(`the alerts on the scheduled check pass promtool${why}`, () => {
  for (const args of [
    ['check', 'rules', 'deploy/prometheus-rules.yaml'],
    ['test', 'rules', 'test/deploy/prometheus-rules.yaml'],
  ]) {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(0)
  }
})

test('the age that fires is the latest end of the run that follows a success', () => {
  const cronJob = parseAllDocuments(readFileSync('deploy/cronjob.yaml', 'utf8'))
    .map((document) => document.toJS() as { readonly kind: string })
    .find(({ kind }) => kind === 'CronJob') as CronJob | undefined
  const { schedule, startingDeadlineSeconds, jobTemplate } = cronJob!.spec
  const minutes = /^\*\/(\d+) \* \* \* \*$/.exec(schedule)![1]
  const { groups } = parseYaml(readFileSync('deploy/prometheus-rules.yaml', 'utf8')) as Rules
  const { expr } = groups[0]!.rules.find(({ alert }) => alert === 'CrosscheckNoRecentSuccess')!
  const latest = Number(minutes) * 60 + startingDeadlineSeconds + jobTemplate.spec.activeDeadlineSeconds
  expect(Number(/> (\d+)\s*$/.exec(expr)![1])).toBe(latest)
})
