import { describe, expect, it } from 'vitest'
import { touchesOf } from '../../../fabric/kubernetes/world/managed-fields.ts'
import { spacesNamed } from '../../../runner/check/endpoints.ts'
import { explanationSchema } from '../../../runner/explain/json-schema.ts'
import type { Explanation } from '../../../runner/explain/model.ts'
import { explanationText } from '../../../runner/explain/text.ts'

const creationTimestamp = '2026-01-01T10:00:00Z'
const at = (time: string) => Date.parse(`2026-01-01T${time}Z`)
const entry = (manager: string, time: string, fieldsV1: object, subresource = '') => ({
  ...{ manager, time: `2026-01-01T${time}Z`, fieldsV1, subresource },
})

describe('who wrote what of an object', () => {
  it('is its creation once, and later the parts that decide over paths', () => {
    const managedFields = [
      entry('helm', '10:00:00', { 'f:spec': { 'f:template': {} } }),
      entry('kubectl-edit', '11:30:00', { 'f:spec': { 'f:template': { 'f:metadata': {} } } }),
      entry('kubectl', '12:00:00', { 'f:spec': { 'f:replicas': {} } }, 'scale'),
      entry('kube-controller-manager', '12:00:01', { 'f:status': {} }, 'status'),
    ]
    expect(touchesOf('Deployment', { name: 'x', creationTimestamp, managedFields })).toEqual([
      { at: at('11:30:00'), what: 'pod template', by: 'kubectl-edit' },
      { at: at('10:00:00'), what: 'created', by: 'helm' },
    ])
  })

  it('is about labels of namespaces, endpoints of slices and the spec of policies', () => {
    const labels = [entry('kubectl-label', '11:00:00', { 'f:metadata': { 'f:labels': { 'f:team': {} } } })]
    const named = (managedFields: typeof labels) => ({ name: 'x', creationTimestamp, managedFields })
    expect(touchesOf('Namespace', named(labels))[0]).toMatchObject({ what: 'labels', by: 'kubectl-label' })
    expect(touchesOf('NetworkPolicy', named(labels))).toMatchObject([{ what: 'created' }])
    const spec = [entry('argocd', '11:00:00', { 'f:spec': {} })]
    expect(touchesOf('NetworkPolicy', named(spec))[0]).toMatchObject({ what: 'spec', by: 'argocd' })
    const endpoints = [entry('kube-controller-manager', '11:00:00', { 'f:endpoints': {} })]
    expect(touchesOf('EndpointSlice', named(endpoints)).map(({ what }) => what)).toEqual(['endpoints', 'endpoints'])
  })

  it('is nothing that is known where an object has neither', () => {
    expect(touchesOf('Service', { name: 'x' })).toEqual([])
  })
})

describe('the namespaces that the words for an end speak of', () => {
  it.each([
    ['frontend/deploy/ui', ['frontend']],
    ['backend/svc/api:80/udp', ['backend']],
    ['ns/frontend', ['frontend']],
    ['http://api.backend:4000/health', ['backend']],
    ['tcp://api.backend.svc.cluster.local:80', ['backend']],
    ['tcp://api:80', []],
    ['api.backend:80', ['backend']],
    ['outside', []],
    ['10.244.1.7', []],
    ['tcp://10.244.1.7:80', []],
  ])('%s: %j', (text, spaces) => {
    expect(spacesNamed(text)).toEqual(spaces)
  })
})

describe('what changed of late', () => {
  const bare: Explanation = {
    ...{
      from: 'a',
      to: 'b',
      verdict: 'allow',
      places: [],
      unread: [],
      dependsOn: [],
      assumed: [],
      way: [],
      dns: [],
      hops: [],
      fixes: [],
      proof: 'x',
    },
  }
  const head = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' }
  const textOf = (changes: Explanation['changes'] & {}, more: Partial<Explanation> = {}) => {
    const whole = explanationSchema.parse({ ...bare, ...more, changes }) as Explanation
    return explanationText(whole, { colour: false, unicode: true, width: 100 })
  }

  it('stands first, with how long ago, by whom, and what is left out', () => {
    const change = { at: '2026-01-01T23:30:00Z', object: 'NetworkPolicy b/p', what: 'spec', by: 'kubectl-edit' }
    const text = textOf({ ...head, changes: Array.from({ length: 14 }, () => change), unread: ['no, you may not'] })
    expect(text.split('\n').slice(2, 4)).toEqual([
      'changed in the last 24 h',
      '  30 min ago  NetworkPolicy b/p: spec  by kubectl-edit, 2026-01-01T23:30:00Z',
    ])
    expect(text).toContain('  and 2 more, all of them with -o json\n  not looked at: no, you may not\n')
  })

  it('is said to be nothing where it is nothing', () => {
    expect(textOf({ ...head, changes: [], unread: [] })).toContain('what was deleted leaves no trace')
  })

  it('blames what could not be read for an answer that is not known', () => {
    const changes = { ...head, changes: [], unread: [] }
    expect(textOf(changes, { verdict: 'undefined', unread: ['x'] })).toContain('part of what decides could not be read')
    expect(textOf(changes, { verdict: 'undefined' })).toContain('the specification leaves it open')
  })
})
