import { describe, expect, it } from 'vitest'
import { didYouMean, didYouMeanNamespace, suggest } from '../../policy/suggest.ts'

describe('suggest', () => {
  it('finds the candidate with the fewest edits', () => {
    expect(suggest('podSelectors', ['namespaceSelector', 'podSelector', 'ports'])).toBe('podSelector')
  })
  it('counts a swap of neighbours as one edit', () => {
    expect(suggest('prot', ['port'])).toBe('port')
  })
  it('stays silent when nothing is near', () => {
    expect(suggest('banana', ['port', 'from'])).toBeUndefined()
  })
  it('ignores case and gives the candidate as it is written', () => {
    expect(didYouMean('ingress', ['Ingress', 'Egress'])).toBe('did you mean Ingress?')
  })

  it.each([
    ['wroker', 'worker'],
    ['webb', 'web'],
    ['dta', 'data'],
    ['shop-backnd', 'shop-backend'],
    ['uj', 'ui'],
    ['Deployment shop/uj', 'Deployment shop/ui'],
    ['montioring-stakc', 'monitoring-stack'],
  ])('takes %s for a slip of %s', (word, candidate) => {
    expect(suggest(word, ['default', 'kube-system', candidate])).toBe(candidate)
  })

  it.each([
    ['prod', 'dev'],
    ['front', 'back'],
    ['a', 'b'],
    ['api', 'app1'],
    ['cache', 'cart'],
    ['team-a', 'team-b'],
    ['kafka-0', 'kafka-10'],
    ['node-1', 'node-2'],
    ['web2', 'web'],
    ['Deployment data/api', 'Deployment data/web'],
    ['shop/pod/b', 'shop/pod/a'],
    ['api-v1', 'api-v2'],
    ['shop-frontend', 'shop-backend'],
    ['staging', 'stating-eu'],
  ])('does not take %s for a slip of %s', (word, candidate) => {
    expect(suggest(word, [candidate])).toBeUndefined()
  })

  it('gives the same candidate whatever their order', () => {
    const near = ['dat', 'data', 'dtaa', 'dts']
    expect(suggest('dta', near)).toBe(suggest('dta', near.toReversed()))
  })
})

describe('the suggestion for a namespace', () => {
  it.each(['openshift-dns', 'openshift-monitoring', 'kube-system', 'cert-manager', 'ingress-nginx', 'monitoring'])(
    'is none for %s, which platforms have',
    (name) => {
      expect(didYouMeanNamespace(name, [`${name}s`, name.slice(0, -1)])).toBeUndefined()
    },
  )
  it('may be one of those', () => {
    expect(didYouMeanNamespace('kube-sytem', ['kube-system', 'shop'])).toBe('did you mean kube-system?')
  })
})
