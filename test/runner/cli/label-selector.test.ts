import { expect, test } from 'vitest'
import { matchesSelector } from '../../../policy/selector.ts'
import { readLabelSelector } from '../../../runner/cli/label-selector.ts'

const pods = { web: { app: 'web', tier: 'front' }, db: { app: 'db', 'example.com/zone': '' }, bare: {} }

test.each([
  ['app=web', ['web']],
  ['app==web', ['web']],
  ['app!=web', ['db', 'bare']],
  ['app', ['web', 'db']],
  ['!app', ['bare']],
  ['app in (web, db),tier', ['web']],
  ['app notin (web,x)', ['db', 'bare']],
  ['example.com/zone=', ['db']],
])('%s selects as kubectl -l does', (text, names) => {
  const selector = readLabelSelector(text)
  if (typeof selector === 'string') throw new Error(selector)
  expect(Object.entries(pods).flatMap(([name, labels]) => (matchesSelector(selector, labels) ? [name] : []))).toEqual(
    names,
  )
})

test.each(['', 'app=web,', 'a b', 'app in web', 'app=-x', '=x', 'app in (web'])('"%s" is refused', (text) => {
  expect(readLabelSelector(text)).toEqual(expect.any(String))
})
