import { expect, test } from 'vitest'
import { referencePages } from '../../scripts/reference-pages.ts'
import { pages } from './pages.ts'

test.each(Object.entries(referencePages()))(
  '%s is what the program says: node scripts/reference-pages.ts',
  (file, text) => {
    expect(pages.get(file)).toBe(text)
  },
)
