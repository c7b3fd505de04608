import { beforeAll, describe, expect, it } from 'vitest'
import { namespace, pod, policy, service } from '../runner/objects.ts'
import type { Ran } from '../runner/run-in-lab.ts'
import { absent } from './opening.ts'
import { runOnCluster } from './run-on-cluster.ts'

const [web, db] = ['crosscheck-dual-web', 'crosscheck-dual-db']
const admits = (app: string, cidr: string) =>
  policy(`${db}/${app}`, {
    podSelector: { matchLabels: { app } },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ ipBlock: { cidr } }] }],
  })
const dual = { ipFamilyPolicy: 'RequireDualStack' }

describe.skipIf(absent !== undefined)(`both families on a cluster${absent === undefined ? '' : `: ${absent}`}`, () => {
  let ran: Ran
  beforeAll(async () => {
    const names = ['free', 'four', 'six']
    const path = (to: string, family: unknown, wanted: string) => ({ from: 'a', to, family, expect: wanted })
    ran = await runOnCluster({
      objects: [
        ...[web, db].map((name) => namespace(name)),
        ...[pod(`${web}/a`), ...names.map((name) => pod(`${db}/${name}`))],
        ...[admits('four', '0.0.0.0/0'), admits('six', '::/0')],
        ...names.map((name) => service(`${db}/${name}`, dual)),
        service(`${db}/alone`, { selector: { app: 'free' }, ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] }),
      ],
      spec: {
        sources: { a: { namespace: web, like: 'pod/a' }, b: { namespace: web } },
        paths: [
          ...[`${db}/pod/free:8080`, `tcp://free.${db}:80`].map((to) => path(to, 'both', 'allowed')),
          ...['four', 'six'].flatMap((name) =>
            [`${db}/pod/${name}:8080`, `tcp://${name}.${db}:80`].flatMap((to) => [
              path(to, 4, name === 'four' ? 'allowed' : 'blocked'),
              path(to, 6, name === 'six' ? 'allowed' : 'blocked'),
            ]),
          ),
          path(`tcp://alone.${db}:80`, 6, 'allowed'),
          path(`tcp://alone.${db}:80`, 4, 'allowed'),
          { ...path(`${db}/pod/four:8080`, 6, 'allowed'), from: 'b' },
        ],
      },
    })
  })

  const line = ({ to, family, expect: wanted, status, cause, seen }: Ran['results'][number]) =>
    `${to.replace(`${db}`, 'db')} IPv${family} ${wanted}: ${status}${cause === undefined ? '' : ` ${cause}`}, ${seen}`

  it('have each their own verdict, for pods and for Services', () => {
    expect(ran.results.map(line)).toEqual([
      ...['db/pod/free:8080', 'tcp://free.db:80'].flatMap((to) =>
        [4, 6].map((family) => `${to} IPv${family} allowed: pass, open`),
      ),
      ...['db/pod/four:8080', 'tcp://four.db:80'].flatMap((to) => [
        `${to} IPv4 allowed: pass, open`,
        `${to} IPv6 blocked: pass, blocked`,
      ]),
      ...['db/pod/six:8080', 'tcp://six.db:80'].flatMap((to) => [
        `${to} IPv4 blocked: pass, blocked`,
        `${to} IPv6 allowed: pass, open`,
      ]),
      'tcp://alone.db:80 IPv6 allowed: pass, open',
      'tcp://alone.db:80 IPv4 allowed: fail dns, unknown',
      'db/pod/four:8080 IPv6 allowed: fail policy, blocked',
    ])
  })

  it('stand in the report with the addresses of that family alone, and controls of it', () => {
    for (const { endpoints, family, status, seen, control } of ran.results) {
      const dialled = endpoints.filter(({ address }) => /^[\da-f.:]+$/.test(address) && /[.:]/.test(address))
      expect(dialled.map((each) => each.family)).toEqual(dialled.map(() => family))
      if (status !== 'pass' || seen !== 'blocked') continue
      expect(control.map(({ sentence }) => sentence).join('\n')).toContain(`over IPv${family} (canary)`)
    }
  })
})
