import { expect, test } from 'vitest'
import { createMetrics } from '../../probe/metrics.ts'

test('checks are counted by kind, reason and phase, and their durations as a cumulative histogram', () => {
  const metrics = createMetrics()
  const outcome = { reason: 'connected', phase: 'connect', attempts: 1, durations: {} } as const
  for (const seconds of [0.0005, 0.004, 100]) {
    metrics.started()
    metrics.finished('tcp', outcome, seconds)
  }
  metrics.started()
  const lines = metrics.render(1024).split('\n')
  expect(lines).toContain('crosscheck_checks_total{kind="tcp",reason="connected",phase="connect"} 3')
  expect(lines).toContain('crosscheck_check_duration_seconds_bucket{kind="tcp",le="0.001"} 1')
  expect(lines).toContain('crosscheck_check_duration_seconds_bucket{kind="tcp",le="0.005"} 2')
  expect(lines).toContain('crosscheck_check_duration_seconds_bucket{kind="tcp",le="60"} 2')
  expect(lines).toContain('crosscheck_check_duration_seconds_bucket{kind="tcp",le="+Inf"} 3')
  expect(lines).toContain('crosscheck_check_duration_seconds_sum{kind="tcp"} 100.0045')
  expect(lines).toContain('crosscheck_checks_in_flight 1')
  expect(lines).toContain('process_resident_memory_bytes 1024')
})

test('refusals are counted by their code', () => {
  const metrics = createMetrics()
  metrics.refused('busy')
  metrics.refused('busy')
  expect(metrics.render(0)).toContain('crosscheck_requests_refused_total{code="busy"} 2\n')
})

test('every sample belongs to a family with help and type, as the text format asks', () => {
  const metrics = createMetrics()
  metrics.started()
  metrics.finished('dns', { reason: 'answered', phase: 'resolve', attempts: 1, durations: {} }, 1)
  metrics.refused('invalid')
  const text = metrics.render(0)
  expect(text.endsWith('\n')).toBe(true)
  let family = ''
  for (const line of text.trimEnd().split('\n')) {
    const declared = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line)
    if (declared) family = declared[1]!
    else if (!line.startsWith('# HELP '))
      expect(line).toMatch(new RegExp(`^${family}(_bucket|_sum|_count)?(\\{.+\\})? [0-9.]+$`))
  }
})
