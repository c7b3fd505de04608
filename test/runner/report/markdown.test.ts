import { expect, test } from 'vitest'
import { markdownReporter } from '../../../runner/report/markdown.ts'
import { blockedPath, canary, openPath, path, run, said } from './events.ts'
import { hostile } from './hostile.ts'

const markdown = (events: Parameters<typeof said>[1]) => said(markdownReporter(), events)

test('a summary has its sums, what is wrong, and a table per scenario', () => {
  const paths = [path(), openPath({ lookup: undefined, explanation: ['open, but it must be blocked'] })]
  expect(markdown(run([...paths, openPath({ from: 'job', explanation: paths[1]?.explanation ?? [] })]))).toBe(`\
## ✗ Crosscheck: 1 passed, 2 failed in 3.2 s

lab: lab of 2 nodes and 9 pods in network namespaces of this machine

<details><summary>✗ FAIL <b>ui → pg</b> and 1 more: expected blocked, saw open <code>open</code></summary>

- open, but it must be blocked
- <i>why</i>: the frontend must not reach the database
- <i>seen</i>: 10.244.1.7:5432 &#40;shop-data/postgres-0 on n1&#41;: connected, 3 of 3, 1.8 ms
- <i>source</i>: shop-front/ui-crosscheck on n0, tested as deployment/ui
- <i>at</i>: scenarios/shop/scenario.yaml:21:7
- <i>the same for</i> job → pg

</details>

### shop

|  | api | pg |
| --- | :-: | :-: |
| ui | ✓ | ✗ |
| job |  | ✗ |
`)
})

test('what concerns everything is a warning at the top', () => {
  const results = [canary('n0', 'before')]
  expect(markdown(run([blockedPath()], [{ kind: 'canary', scenario: 'shop', results }]))).toContain(
    '\n> [!WARNING]\n> the canary is of no use on n0 &#40;IPv4; ingress&#41;: ',
  )
})

test('of a large table only what did not pass is shown', () => {
  const names = Array.from({ length: 21 }, (_, index) => `pod-${index}`)
  const paths = names.flatMap((from) => names.map((to) => path({ from, to })))
  const table = (last: string) =>
    markdown(run([...paths, openPath({ from: 'pod-3', to: last })])).split('### shop\n')[1]
  expect(table('pod-5')).toBe(`
Only sources and targets of which a path did not pass, of 21 and 21.

|  | pod-5 |
| --- | :-: |
| pod-3 | ✗ |
`)
})

test('a large run stays below what GitHub takes, and says what is missing', () => {
  const paths = Array.from({ length: 3_000 }, (_, index) =>
    openPath({ from: `pod-${index}`, why: 'y'.repeat(900), explanation: [`cause ${index}`] }),
  )
  const document = markdown(run(paths))
  expect(Buffer.byteLength(document)).toBeLessThan(1024 * 1024)
  expect(document).toMatch(/\n\d+ more sections do not fit: see the JSON report\.\n$/)
})

test.each(hostile)('no text is read as HTML, Markdown, a mention or a link: %j', (text) => {
  const document = markdown(run([openPath({ from: text, to: text, scenario: text, why: text, explanation: [text] })]))
  const allowed = /<\/?(details|summary|b|i|code)>|<br>|^> \[!WARNING\]$|^\|( ---)?( \| :-:)* \|$/gm
  const rest = document.replace(allowed, '')
  expect(rest).not.toMatch(/[<`*[\]@~]|:\/\/|www\.|&(?!#\d+;)/)
  expect(rest).not.toMatch(/^- (#|>|-|1\.|---)/m)
  expect(document.match(/<details>/g)).toHaveLength(1)
  expect(document.match(/^\|/gm)).toHaveLength(3)
})
