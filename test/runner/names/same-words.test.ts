import { expect, test } from 'vitest'
import { crosscheck } from '../cli/crosscheck.ts'
import { folderWith } from '../cli/folder.ts'

/** `front` asks `data`; one place holds the misspelt word, and everything else is right. */
const manifests = (host: string, peer: string) => `apiVersion: v1
kind: Namespace
metadata: { name: front }
---
apiVersion: v1
kind: Namespace
metadata: { name: data }
---
apiVersion: apps/v1
kind: Deployment
metadata: { namespace: front, name: worker }
spec:
  selector: { matchLabels: { app: worker } }
  template:
    metadata: { labels: { app: worker } }
    spec: { containers: [{ name: c, image: i, env: [{ name: REDIS_URL, value: "redis://${host}:6379" }] }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { namespace: data, name: redis }
spec:
  selector: { matchLabels: { app: redis } }
  template:
    metadata: { labels: { app: redis } }
    spec: { containers: [{ name: c, image: i, ports: [{ containerPort: 6379 }] }] }
---
apiVersion: v1
kind: Service
metadata: { namespace: data, name: redis }
spec: { selector: { app: redis }, ports: [{ port: 6379 }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { namespace: front, name: p }
spec:
  podSelector: {}
  ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ${peer} } } }] }]
`
const scenario = (from: string, to: string) => `apiVersion: crosscheck.dev/v1alpha1
kind: Scenario
metadata: { name: s }
spec:
  manifests: [all.yaml]
  paths: [{ from: ${from}, to: "${to}", expect: allowed }]
`

/** What every command prints that is given the two ends, by its words. */
async function sayingOf(from: string, to: string, { host = 'redis.data', peer = 'data' } = {}) {
  const folder = await folderWith({ 'all.yaml': manifests(host, peer), 's.yaml': scenario(from, to) })
  const commands = [
    ...[
      ['validate', 's.yaml'],
      ['run', '--lab', 's.yaml'],
      ['run', '--predict', 's.yaml'],
      ['coverage', 's.yaml'],
    ],
    ...[
      ['explain', from, to, '-f', 'all.yaml'],
      ['check', from, to, '--lab', '-f', 'all.yaml'],
    ],
    ...[
      ['lint', '-f', 'all.yaml', '--select', 'unknown-host,namespace-selector-matches-nothing,ingress-backend-missing'],
    ],
  ]
  const said = new Map<string, string>()
  for (const words of commands) {
    const { stdout, stderr } = await crosscheck(words, { cwd: folder })
    said.set(words.slice(0, 2).join(' '), `${stderr}${stdout}`.replaceAll(/\s+/g, ' '))
  }
  return said
}

const asking = ['validate s.yaml', 'run --lab', 'run --predict', 'coverage s.yaml']

test.each([
  ['redis.dta', 'there is no namespace dta', 'did you mean data?'],
  ['redis.dta.svc.cluster.local', 'there is no namespace dta', 'did you mean data?'],
  ['rediis.data.svc', 'namespace data has no Service rediis', 'did you mean redis?'],
])('a typo in the host %s is told in the same words by every command', async (host, sentence, hint) => {
  const said = await sayingOf('front/deploy/worker', `tcp://${host}:6379`, { host })
  for (const [command, text] of said) {
    expect.soft(text, command).toContain(sentence)
    expect.soft([...new Set(text.match(/did you mean [^?]*\?/g))], command).toEqual([hint])
    expect.soft(text, command).not.toMatch(/outside the cluster|policies let it through|≈|✓/)
    if (!command.startsWith('lint')) expect.soft(text, command).toContain(`${host} is an unknown host: ${sentence}`)
  }
})

test.each([
  ['front/deploy/wroker', 'front/deployment/wroker has no pod', 'did you mean worker?'],
  ['fornt/deploy/worker', 'there is no namespace fornt', 'did you mean front?'],
  ['ns/fornt', 'there is no namespace fornt', 'did you mean front?'],
  ['data/svc/reds', 'namespace data has no Service reds', 'did you mean redis?'],
])('a typo in the source %s is told in the same words', async (from, sentence, hint) => {
  const said = await sayingOf(from, 'tcp://redis.data:6379')
  for (const command of [...asking, `explain ${from}`, `check ${from}`]) {
    expect.soft(said.get(command), command).toContain(sentence)
    expect.soft([...new Set(said.get(command)?.match(/did you mean [^?]*\?/g))], command).toEqual([hint])
  }
})

test('a typo of a namespace is told in the same words in a selector, a source and an option', async () => {
  const said = await sayingOf('ns/dta', 'tcp://redis.data:6379', { peer: 'dta' })
  const folder = await folderWith({ 'all.yaml': manifests('redis.data', 'data') })
  const matrix = await crosscheck(['matrix', '--predict', '-f', 'all.yaml', '-n', 'dta'], { cwd: folder })
  said.set('matrix', matrix.stderr)
  for (const [command, text] of said) {
    expect.soft(text, command).toContain('there is no namespace dta')
    expect.soft(text, command).toContain('did you mean data?')
  }
})
