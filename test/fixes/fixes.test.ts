import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type Table, tables } from '../cluster/e2e-tables.ts'
import { questionsOf } from './questions.ts'
import { type Question, type Verified, verifyFix } from './verify.ts'

/** All questions, in place of a sample: `CROSSCHECK_FIXES=all`. */
const all = process.env.CROSSCHECK_FIXES === 'all'

/** More manifests to look at, files or patterns that a colon parts. */
const more = (process.env.CROSSCHECK_FIXES_FILES ?? '').split(':').filter((each) => each !== '')

function report(name: string, verified: readonly { readonly question: Question; readonly found: Verified }[]): void {
  const blocked = verified.filter(({ found }) => ['deny', 'partly', 'unresolved'].includes(found.before))
  const fixed = blocked.filter(({ found }) => found.what !== undefined)
  const complete = fixed.filter(({ found }) => found.remains?.length === 0)
  if (all) console.log(`${name}: ${blocked.length} blocked, ${fixed.length} with a fix, ${complete.length} complete`)
  if (all)
    for (const { question, found } of fixed)
      if (found.remains?.length !== 0) console.log(JSON.stringify([question, found.what, found.remains]))
  const without = blocked
    .filter(({ found }) => found.what === undefined && found.denied)
    .map(({ question }) => question)
  const faults = fixed
    .filter(({ found }) => found.faults.length > 0)
    .map(({ question, found }) => ({ question, ...found }))
  expect({ without, faults }).toEqual({ without: [], faults: [] })
}

function verified(text: string, questions: readonly Question[], step: number) {
  return questions
    .filter((_, at) => all || at % step === 0)
    .map((question) => ({ question, found: verifyFix(text, question) }))
}

describe('the first fix, applied to the files, answers the question, adds no finding of lint, and opens what it lists', () => {
  it('of the blocked cells of the truth tables', { timeout: 3_600_000 }, () => {
    const cells = tables.flatMap((table) => {
      const blocked = Object.entries(table.expect).flatMap(([name, open]) => (open ? [] : [name]))
      return blocked.map((name) => ({ table, name }))
    })
    const asked = cells.filter((_, at) => all || at % 12 === 0)
    report(
      'e2e tables',
      asked.map(({ table, name }) => {
        const question = questionOf(table, name)
        return { question, found: verifyFix(manifestsOf(table), question) }
      }),
    )
  })

  const broken = globSync('test/fixtures/broken/*/*/').toSorted()
  it.each(broken)('of %s', { timeout: 3_600_000 }, (folder) => {
    const text = globSync(`${folder}/*.yaml`)
      .filter((file) => !/(expected|scenario)\.yaml$/.test(file))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n---\n')
    report(folder, verified(text, questionsOf(text), 40))
  })

  it.each(more.flatMap((pattern) => globSync(pattern)))('of %s', { timeout: 3_600_000 }, (file) => {
    const text = readFileSync(file, 'utf8')
    report(file, verified(text, questionsOf(text), 1))
  })
})

function questionOf({ pods, port, protocol }: Table, name: string): Question {
  const [from = '', to = ''] = name.split('>')
  const [space, own] = from.split('/')
  return { from: `${space}/po/${own}`, to: `${protocol.toLowerCase()}://${pods[to]?.ip}:${port}` }
}

function manifestsOf({ namespaces, pods, policies }: Table): string {
  const ports = [80, 81].flatMap((containerPort) =>
    ['TCP', 'UDP', 'SCTP'].map((protocol) => ({
      ...{ containerPort, protocol },
      name: `serve-${containerPort}-${protocol.toLowerCase()}`,
    })),
  )
  const objects = [
    ...Object.entries(namespaces).map(([name, labels]) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels },
    })),
    ...Object.entries(pods).map(([path, { labels, ip }]) => {
      const [namespace, name] = path.split('/')
      const status = { podIP: ip, podIPs: [{ ip }], phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
      const spec = { nodeName: 'n0', containers: [{ name: 'c', image: 'agnhost', ports }] }
      return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels }, spec, status }
    }),
    ...policies.map((policy) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...policy })),
  ]
  return objects.map((object) => stringify(object, { version: '1.1', aliasDuplicateObjects: false })).join('---\n')
}
