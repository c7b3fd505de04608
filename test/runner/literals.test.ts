import { beforeAll, describe, expect, it } from 'vitest'
import { pod, policy, service } from './objects.ts'
import { type Ran, runInLab } from './run-in-lab.ts'

const literal = { four: '10.244.1.50', six: 'fd00:10:244:1::50' }

describe('a literal address and what is not in the lab', () => {
  let ran: Ran

  beforeAll(async () => {
    const both = { status: { podIPs: [{ ip: literal.four }, { ip: literal.six }], phase: 'Running' } }
    ran = await runInLab({
      objects: [
        pod('web/a'),
        { ...pod('db/dual'), ...both },
        service('db/only-six', { selector: { app: 'dual' }, ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }),
        policy('db/four', {
          podSelector: { matchLabels: { app: 'dual' } },
          policyTypes: ['Ingress'],
          ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }],
        }),
      ],
      spec: {
        sources: { a: { namespace: 'web', as: 'pod/a' } },
        paths: [
          { from: 'a', to: [`tcp://${literal.four}:8080`], expect: 'allowed' },
          { from: 'a', to: [`tcp://[${literal.six}]:8080`, 'tcp://only-six.db:80'], expect: 'blocked' },
          {
            from: 'a',
            to: [
              'tcp://198.51.100.7:443',
              'tcp://example.com:443',
              'tcp://10.244.77.7:443',
              'tcp://kubernetes.default:443',
            ],
            expect: 'allowed',
          },
        ],
      },
    })
  })

  it('is judged by itself, not by the other family of its pod, and predicted so', () => {
    const four = ran.of('a', `tcp://${literal.four}:8080`)
    expect(four).toMatchObject({ status: 'pass', seen: 'open', predicted: { verdict: 'allow' } })
    expect(four.endpoints).toMatchObject([{ address: literal.four }])
    const six = ran.of('a', `tcp://[${literal.six}]:8080`)
    expect(six).toMatchObject({ status: 'pass', seen: 'blocked', predicted: { verdict: 'deny' } })
    expect(six.endpoints).toMatchObject([{ address: literal.six }])
  })

  it('has the record of its own family beside it', () => {
    expect(ran.of('a', 'tcp://only-six.db:80').lookup).toMatchObject({
      reason: 'answered',
      dns: { records: [{ type: 'AAAA' }] },
    })
  })

  it.each(['tcp://198.51.100.7:443', 'tcp://example.com:443'])('says of %s that a stand-in answered', (to) => {
    const result = ran.of('a', to)
    expect(result).toMatchObject({ status: 'pass' })
    expect(result.explanation).toEqual([
      `a stand-in of the lab answered for ${to}: that the host itself does is assumed`,
    ])
  })

  it('says of an address beside those of pods that nobody stands in for it', () => {
    const result = ran.of('a', 'tcp://10.244.77.7:443')
    expect(result).toMatchObject({ status: 'inconclusive', cause: 'not_simulated' })
    expect(result.explanation.join()).toContain('spec.lab.externals')
  })

  it('says that the API server is not there', () => {
    expect(ran.of('a', 'tcp://kubernetes.default:443')).toMatchObject({
      status: 'inconclusive',
      cause: 'not_simulated',
    })
  })
})
