import { expect, it } from 'vitest'
import { checkSchema } from '../../../checks/check.ts'
import { hasteIn } from '../../../lab/worker/haste.ts'
import { pod, policy, world } from '../worlds.ts'

const small = world({
  pods: [pod('x/free', ['10.0.0.1', 'fd00::1']), pod('x/shut', ['10.0.0.2', 'fd00::2']), pod('x/mute', ['10.0.0.3'])],
  policies: [
    policy('x/in', { podSelector: { matchLabels: { pod: 'shut' } } }),
    policy('x/out', { podSelector: { matchLabels: { pod: 'mute' } }, policyTypes: ['egress'] }),
    policy('y/elsewhere'),
  ],
})

it.each([
  ['x/free', '10.0.0.1', 'patient'],
  ['x/free', 'fd00::1', 'patient'],
  ['x/free', '10.0.0.3', 'patient'],
  ['x/shut', '10.0.0.1', 'patient'],
  ['x/free', '10.0.0.2', 'hasty'],
  ['x/free', 'fd00::2', 'hasty'],
  ['x/mute', '10.0.0.1', 'hasty'],
  ['x/free', 'db.x', 'hasty'],
  ['x/free', '10.96.0.1', 'hasty'],
])('a check from %s of %s is %s', (source, host, haste) => {
  const check = checkSchema.parse({ kind: 'tcp', host, port: 80 })
  expect(hasteIn(small)({ kind: 'pod', pod: source }, check)).toBe(haste)
})

it('an HTTP or DNS check, whose way shows only as it goes, is hasty', () => {
  const check = checkSchema.parse({ kind: 'http', url: 'http://10.0.0.1/' })
  expect(hasteIn(small)({ kind: 'pod', pod: 'x/free' }, check)).toBe('hasty')
})
