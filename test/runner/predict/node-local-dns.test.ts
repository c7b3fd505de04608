import { describe, expect, it } from 'vitest'
import { namespace, pod, policy, service } from '../objects.ts'
import { predictHere } from '../run-in-lab.ts'

const resolver = '169.254.20.10'
const toResolver = { to: [{ ipBlock: { cidr: `${resolver}/32` } }], ports: [{ protocol: 'UDP', port: 53 }] }
const toDb = { to: [{ podSelector: { matchLabels: { app: 'db' } } }], ports: [{ port: 8080 }] }

const predicted = async (...egress: readonly object[]) => {
  const dnsConfig = { nameservers: [resolver], searches: ['web.svc.cluster.local', 'svc.cluster.local'] }
  const isolating = policy('web/out', {
    podSelector: { matchLabels: { app: 'a' } },
    policyTypes: ['Egress'],
    egress: [...egress, toDb],
  })
  const own = pod('web/a', { spec: { dnsPolicy: 'None', dnsConfig } })
  const { results } = await predictHere({
    objects: [namespace('web'), own, pod('web/db'), service('web/db'), ...(egress.length === 0 ? [] : [isolating])],
    spec: {
      sources: { a: { namespace: 'web', as: 'pod/a' } },
      paths: [
        { from: 'a', to: 'tcp://db.web:80', expect: 'allowed' },
        { from: 'a', to: `udp://${resolver}:53`, expect: 'allowed' },
      ],
    },
  })
  return results.map((result) => result.predicted?.verdict)
}

describe('a DNS cache on the source’s own node', () => {
  it('is reached where no policy isolates the source, or a rule names its address', async () => {
    expect(await predicted()).toEqual(['allow', 'allow'])
    expect(await predicted(toResolver)).toEqual(['allow', 'allow'])
  })

  it('is left open where no rule does, for a name and for the address itself', async () => {
    expect(await predicted({ to: [{ namespaceSelector: {} }] })).toEqual(['undefined', 'undefined'])
  })
})
