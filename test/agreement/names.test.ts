import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Manifest } from '../../fabric/fabric.ts'
import { lint } from '../../lint/lint.ts'
import { rules } from '../../lint/rules.ts'
import { explainPath } from '../../runner/explain/explain.ts'
import { parseScenarios } from '../../runner/scenario/parse.ts'
import { unknownNames } from '../../runner/validate/unknown-names.ts'
import { namespace, object, pod, policy, service } from '../runner/objects.ts'
import { type Ends, type Input, inputOf, keyOf, predictedRuns } from './answers.ts'

// The gate asks the same questions each time; a long run asks others, by CROSSCHECK_SEED and CROSSCHECK_WORLDS.
const seed = Number(process.env['CROSSCHECK_SEED'] ?? 20_261_130)
const worlds = Number(process.env['CROSSCHECK_WORLDS'] ?? 40)

const spaces = ['frontend', 'data', 'payments', 'web', 'shop-backend', 'team-a', 'dev', 'kube-system', 'billing']
const apps = ['redis', 'postgres', 'worker', 'api', 'web', 'cart', 'catalogue', 'auth-proxy', 'ui', 'db2']

const town = fc.record({
  spaces: fc.uniqueArray(fc.constantFrom(...spaces), { minLength: 2, maxLength: 5 }),
  apps: fc.array(fc.tuple(fc.constantFrom(...apps), fc.nat(4)), { minLength: 2, maxLength: 6 }),
  shut: fc.boolean(),
  edit: fc.record({
    at: fc.nat(30),
    letter: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split('')),
    kind: fc.nat(3),
  }),
})
type Town = typeof town extends fc.Arbitrary<infer Value> ? Value : never

/** A word after one edit: a letter less, one more, another one, or two that changed places. */
function misspelt(word: string, { at, letter, kind }: Town['edit']): string {
  const index = at % word.length
  const rest = word.slice(index + 1)
  if (kind === 0) return word.slice(0, index) + rest
  if (kind === 1) return `${word.slice(0, index)}${letter}${word.slice(index)}`
  if (kind === 2) return `${word.slice(0, index)}${letter}${rest}`
  return `${word.slice(0, index)}${rest.slice(0, 1)}${word[index]}${rest.slice(1)}`
}

const isLabel = (word: string): boolean => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(word)

interface Asked {
  readonly ends: Ends
  /** The host as a manifest would name it. */
  readonly host?: string
}

interface Questions {
  readonly input: Input
  readonly asked: readonly Asked[]
}

/** The questions that hold one misspelt word each. */
function questionsOf({ spaces: own, apps: all, shut, edit }: Town): Questions {
  const placed = [
    ...new Map(
      all.map(([name, at]) => [`${own[at % own.length]}/${name}`, [own[at % own.length]!, name] as const]),
    ).values(),
  ]
  const source = placed[0]!
  const target = placed[1] ?? source
  const from = `${source[0]}/deployment/${source[1]}`
  const hosts = [
    [misspelt(target[0], edit), target[1]],
    [target[0], misspelt(target[1], edit)],
  ] as const
  const known = new Set(placed.map(([space, name]) => `${space}/${name}`))
  const wrong = hosts.filter(([space, name]) => isLabel(space) && isLabel(name) && !known.has(`${space}/${name}`))
  const asked = wrong.flatMap(([space, name]): Asked[] => [
    ...[`${name}.${space}`, `${name}.${space}.svc`, `${name}.${space}.svc.cluster.local`].map((host) => ({
      ends: { from, to: `tcp://${host}:80` },
      host,
    })),
    { ends: { from, to: `${space}/svc/${name}:80` } },
    { ends: { from: 'outside', to: `${space}/svc/${name}:80` } },
    { ends: { from: `${space}/deployment/${name}`, to: `tcp://${source[1]}.${source[0]}.svc:80` } },
  ])
  const objects: Manifest[] = [
    ...own.map((name) => namespace(name)),
    ...placed.flatMap(([space, name]) => [
      pod(`${space}/${name}-0`, { labels: { app: name } }),
      object('apps/v1', 'Deployment', `${space}/${name}`, {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 8080 }] }] },
        },
      }),
      service(`${space}/${name}`),
    ]),
    ...(shut
      ? own.map((space) => policy(`${space}/shut`, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }))
      : []),
    ...asked.flatMap(({ host }, at) =>
      host === undefined
        ? []
        : [{ ...object('v1', 'ConfigMap', `${source[0]}/c${at}`, {}), data: { URL: `http://${host}` } }],
    ),
  ]
  return { input: inputOf(objects), asked }
}

const isOutside = /outside the cluster,/

const suggestionIn = (text: string): string | undefined => /did you mean [^?]*\?/.exec(text)?.[0]

/** What a command says in all, and the answer in its own word. */
interface Said {
  readonly command: string
  readonly word: string
  readonly text: string
}

async function sayings({ ends, host }: Asked, { input, asked }: Questions): Promise<Said[]> {
  const explained = explainPath(ends, { ...input, where: [] })
  const predicted = await Promise.all(
    (['allowed', 'blocked'] as const).map(async (expectation): Promise<Said> => {
      const results = (await predictedRuns([ends], expectation, input)).get(keyOf(ends)) ?? []
      return {
        command: `run ${expectation}`,
        word: [...new Set(results.map(({ status }) => status))].join('+'),
        text: JSON.stringify(results.map(({ explanation }) => explanation)),
      }
    }),
  )
  const head = { apiVersion: 'crosscheck.dev/v1alpha1', kind: 'Scenario', metadata: { name: 's' } }
  const { scenarios } = parseScenarios(
    JSON.stringify({ ...head, spec: { paths: [{ ...ends, expect: 'allowed' }] } }),
    's.yaml',
  )
  const problems = unknownNames(scenarios[0]!, { moments: [input], problems: [], passedOver: [] })
  const at = asked.findIndex((each) => each.host === host)
  const findings =
    host === undefined
      ? []
      : lint({ objects: input.objects, problems: [], texts: new Map(), rules }).findings.filter(({ object: title }) =>
          title.endsWith(`/c${at}`),
        )
  return [
    {
      command: 'explain',
      word: 'problems' in explained ? 'refused' : explained.verdict,
      text: JSON.stringify('problems' in explained ? explained.problems : explained.way),
    },
    ...predicted,
    { command: 'validate', word: problems[0]?.severity ?? 'valid', text: JSON.stringify(problems) },
    ...(host === undefined
      ? []
      : [{ command: 'lint', word: findings.length > 0 ? 'found' : 'silent', text: JSON.stringify(findings) }]),
  ]
}

it('a name with one typo is an unknown one in every command, with one suggestion', async () => {
  const wrong: string[] = []
  let [count, suggested] = [0, 0]
  for (const each of fc.sample(town, { numRuns: worlds, seed })) {
    const questions = questionsOf(each)
    for (const asked of questions.asked) {
      const said = await sayings(asked, questions)
      const told = said.map(({ command, word, text }) => `${command} ${word} ${text}`)
      count += 1
      const green = said.filter(
        ({ word, text }) => ['allow', 'deny', 'partly', 'predicted', 'valid'].includes(word) || isOutside.test(text),
      )
      // A linter leaves alone what may be a name of the internet (`db.dev`), unless it is nearly one that is here.
      const suggestions = new Set(
        said.flatMap(({ word, text }) => suggestionIn(text) ?? (word === 'silent' ? [] : [''])),
      )
      if (said.some(({ word }) => word === 'silent') && !suggestions.has('')) suggestions.add('silent')
      if (suggestions.size === 1 && !suggestions.has('')) suggested += 1
      if (green.length > 0 || suggestions.size > 1) wrong.push(`${keyOf(asked.ends)}: ${told.join(' | ')}`)
    }
  }
  expect({ seed, wrong: wrong.slice(0, 5), of: wrong.length }).toEqual({ seed, wrong: [], of: 0 })
  expect(suggested / count).toBeGreaterThan(0.8)
})
