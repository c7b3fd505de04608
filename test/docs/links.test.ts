import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { anchorsOf, pages, sources, withoutCode } from './pages.ts'

/** What is wrong with a link to a file of this repository; undefined where it leads somewhere. */
function fault(path: string, anchor: string | undefined): string | undefined {
  if (!existsSync(path)) return `${path} does not exist`
  const text = pages.get(path)
  if (anchor === undefined || text === undefined || anchorsOf(text).has(anchor)) return undefined
  return `${path} has no anchor #${anchor}`
}

test('every link of every page leads to a file and a heading that exist', () => {
  const faults = [...pages].flatMap(([file, text]) =>
    [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => {
        const [path = '', anchor] = target.split('#')
        return fault(path === '' ? file : normalize(join(dirname(file), path)), anchor)
      })
      .filter((wrong) => wrong !== undefined)
      .map((wrong) => `${file}: ${wrong}`),
  )
  expect(faults).toEqual([])
})

test('every page that sources, messages and tests name exists, with its anchor', () => {
  const faults = [...sources].flatMap(([file, text]) =>
    [...text.matchAll(/(?<![\w./-])(docs\/[\w./-]+\.md)(?:#([\w-]+)(?![\w-]*\$\{))?/g)]
      .map(([, path = '', anchor]) => fault(path, anchor))
      .filter((wrong) => wrong !== undefined)
      .map((wrong) => `${file}: ${wrong}`),
  )
  expect(faults).toEqual([])
})

test('the index of the docs names every page', () => {
  const index = pages.get('docs/README.md') ?? ''
  const named = new Set([...index.matchAll(/\]\(([^)#\s]+)/g)].map(([, path = '']) => normalize(join('docs', path))))
  const expected = [...pages.keys()].filter((file) => /^docs\/(?!README)(?!reference\/lint\/(?!README))/.test(file))
  expect(expected.filter((file) => !named.has(file))).toEqual([])
})
