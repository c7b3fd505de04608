import { expect, test } from 'vitest'
import { parseNoun } from '../../../runner/scenario/resource-names.ts'
import { parseTarget } from '../../../runner/scenario/target-text.ts'

test('a target that lacks something is told what to write', () => {
  expect(parseTarget('api.back:53/udp')).toBe('"api.back:53/udp" is no target: write udp://api.back:53')
  expect(parseTarget('10.0.0.1:80/HTTP')).toBe('"10.0.0.1:80/HTTP" is no target: write http://10.0.0.1:80')
  expect(parseTarget('api.back')).toContain('it lacks its port, as in api.back:80; expected ')
  expect(parseTarget('a b')).toContain('"a b" is no target: expected ')
  expect(parseTarget('back/deploy/api:53/udp')).toMatchObject({ kind: 'pods', port: 53, speech: { protocol: 'udp' } })
})

test('a workload without its kind is told so, and a kind with a slip is suggested', () => {
  expect(parseNoun('shop/web')).toBe('"shop/web" lacks its kind: write shop/deployment/web, or the kind that it is')
  expect(parseNoun('deploymen/web')).toContain('did you mean deployment?')
  expect(parseNoun('n/deploi/ui')).toContain('unknown kind "deploi"')
})
