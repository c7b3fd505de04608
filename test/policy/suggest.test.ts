import { describe, expect, it } from 'vitest'
import { didYouMean, suggest } from '../../policy/suggest.ts'

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
})
