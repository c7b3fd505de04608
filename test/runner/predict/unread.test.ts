import { describe, expect, it } from 'vitest'
import { createAllocator } from '../../../fabric/manifests/allocator.ts'
import { readManifests } from '../../../fabric/manifests/read.ts'
import { buildWorld } from '../../../fabric/manifests/world.ts'
import type { Unread, World } from '../../../fabric/world.ts'
import { scenarioOf } from '../../../runner/check/scenario.ts'
import { judgePredicted } from '../../../runner/judge/judge-predicted.ts'
import { createPlanner } from '../../../runner/plan/paths.ts'
import { resolveSources, stagesOf } from '../../../runner/plan/stage.ts'
import { createPredictor } from '../../../runner/predict/predict.ts'
import { town } from '../cli/town.ts'

const why = 'networkpolicies is forbidden'
const shutUi = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: front, name: shut }
spec: { podSelector: {}, policyTypes: [Egress] }
`
const byTeam = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: back, name: team }
spec: { podSelector: { matchLabels: { app: api } }, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: a } } }] }] }
`

function worldOf(text: string, unread: readonly Unread[]): World {
  const { objects } = readManifests([{ file: 'town.yaml', text }])
  return { ...buildWorld(objects, { allocator: createAllocator() }).world, unread }
}

function predicted(world: World, to: string, expectation: 'open' | 'blocked' = 'open') {
  const scenario = scenarioOf({ from: 'front/pod/ui', to, expect: expectation }, world)
  if ('problems' in scenario) throw new Error(scenario.problems[0]?.message)
  const timing = { deadlineMs: 1000, attempts: 1 }
  const times = { allowed: timing, blocked: timing, canaryMs: 1000, policies: 'at-once' } as const
  const plan = createPlanner({ world, probes: new Map(), timing: times })
  const predict = createPredictor(world).path
  const results = stagesOf(scenario).flatMap((stage) =>
    resolveSources(stage, scenario, world).flatMap((resolvedPath) => {
      const planned = resolvedPath.sources.flatMap((source) => plan(resolvedPath.path, source, resolvedPath.witness))
      return judgePredicted({ resolvedPath, planned }, { stage, scenario, world, predict })
    }),
  )
  return results[0]!
}

describe('a prediction on a world of which something could not be read', () => {
  it('is undefined where the policies of an end are hidden, with the reason', () => {
    const { status, predicted: own } = predicted(
      worldOf(town, [{ kind: 'NetworkPolicy', namespace: 'back', why }]),
      'back/pod/api:4000',
    )
    expect(status).toBe('inconclusive')
    expect(own).toMatchObject({ verdict: 'undefined' })
    expect(own!.evidence.join()).toContain(`the policies of back could not be read: ${why}`)
  })

  it('stands where policies are hidden elsewhere, or were read in spite of all', () => {
    const verdictWith = (unread: Unread) => predicted(worldOf(town, [unread]), 'back/pod/api:4000').predicted?.verdict
    expect(verdictWith({ kind: 'NetworkPolicy', namespace: 'other', why })).toBe('allow')
    expect(verdictWith({ kind: 'NetworkPolicy', except: ['front', 'back'], why })).toBe('allow')
    expect(verdictWith({ kind: 'NetworkPolicy', except: ['front'], why })).toBe('undefined')
    expect(verdictWith({ kind: 'CiliumNetworkPolicy', group: 'cilium.io', why })).toBe('undefined')
  })

  it('stays a denial where the side that was read denies, and not where that side is hidden', () => {
    const verdictWith = (namespace: string) =>
      predicted(worldOf(town + shutUi, [{ kind: 'NetworkPolicy', namespace, why }]), 'back/pod/api:4000', 'blocked')
        .predicted?.verdict
    expect(verdictWith('back')).toBe('deny')
    expect(verdictWith('front')).toBe('undefined')
  })

  it('says that labels of namespaces are hidden where a rule asks for them', () => {
    const world = worldOf(town + byTeam, [{ kind: 'Namespace', why: 'namespaces is forbidden' }])
    const hidden = { ...world, namespaces: world.namespaces.map((each) => ({ ...each, labelsKnown: false })) }
    const { predicted: own } = predicted(hidden, 'back/pod/api:4000')
    expect(own?.verdict).toBe('undefined')
    expect(own?.evidence.join()).toContain('labels of the namespaces front and back could not be read')
    expect(predicted(hidden, 'back/pod/db:5432', 'blocked').predicted?.verdict).toBe('deny')
  })

  it('promises nothing of an address that may be that of a hidden pod', () => {
    const to = 'tcp://10.99.0.1:80'
    expect(predicted(worldOf(town, []), to).predicted?.verdict).toBe('allow')
    const { predicted: own } = predicted(worldOf(town, [{ kind: 'Pod', except: ['front', 'back'], why }]), to)
    expect(own?.verdict).toBe('undefined')
  })

  it('does not take a hidden Service, pod or DNS server for one that is missing', () => {
    const hidden = (kind: string) => worldOf(town, [{ kind, why }])
    expect(predicted(hidden('Service'), 'tcp://gone.back:80')).toMatchObject({
      status: 'inconclusive',
      cause: 'no_control',
    })
    expect(predicted(worldOf(town, []), 'tcp://gone.back:80')).toMatchObject({ cause: 'no_such_name' })
    const withoutDns = {
      ...hidden('Service'),
      services: hidden('Service').services.filter(({ name }) => name === 'api'),
    }
    const { predicted: own } = predicted(withoutDns, 'tcp://api.back:80')
    expect(own?.verdict).toBe('undefined')
    expect(own?.evidence.join()).toContain("the cluster's DNS servers could not be read")
    const podless = hidden('Pod')
    const bare = { ...podless, pods: podless.pods.filter(({ namespace }) => namespace !== 'back') }
    expect(predicted(bare, 'tcp://api.back:80')).toMatchObject({ status: 'inconclusive' })
  })

  it('takes the DNS of any distribution for hidden where its namespace could not be read', () => {
    const openshift = { namespace: 'openshift-dns', name: 'dns-default' }
    const predictedOf = (dns: World['dns'], unread: Unread) => {
      const world = worldOf(town, [unread])
      const services = world.services.filter(({ name }) => name === 'api')
      const given = {
        ...world.services.find(({ name }) => name === 'api')!,
        ...openshift,
        selector: { dns: 'default' },
      }
      const all = dns.kind === 'unknown' ? services : [...services, given]
      return predicted({ ...world, dns, services: all }, 'tcp://api.back:80').predicted
    }
    const found = { kind: 'found', service: openshift } as const
    const unknown = { kind: 'unknown', why: 'no Service of this cluster is recognised as its DNS' } as const
    for (const own of [
      predictedOf(found, { kind: 'Pod', namespace: 'openshift-dns', why }),
      predictedOf(unknown, { kind: 'Service', namespace: 'openshift-dns', why }),
      predictedOf(unknown, { kind: 'Service', namespace: 'dns', why }),
    ]) {
      expect(own?.verdict).toBe('undefined')
      expect(own?.evidence.join()).toContain("the cluster's DNS servers could not be read")
    }
    const elsewhere = predictedOf(found, { kind: 'Pod', namespace: 'kube-system', why })
    expect(elsewhere?.verdict).toBe('allow')
    expect(elsewhere?.evidence.join()).not.toContain('could not be read')
  })
})
