import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { rules } from '../../lint/rules.ts'
import { runCommandLine } from '../../runner/program.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crosscheck-lint-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Runs `crosscheck lint`, with a text as standard input. */
async function run(argv: readonly string[], input = '') {
  const out: string[] = []
  const error: string[] = []
  const exitCode = await runCommandLine({
    ...{ argv: ['lint', ...argv], environment: {}, cwd: folder, platform: process.platform, node: process.execPath },
    stdin: Readable.from([Buffer.from(input)]),
    stdout: { write: (text) => void out.push(text) },
    stderr: { write: (text) => void error.push(text) },
    now: () => 0,
    signal: new AbortController().signal,
  })
  return { exitCode, out: out.join(''), error: error.join('') }
}

async function file(text: string, name = 'a.yaml'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}   # nobody
  ports:
    - port: "80"
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop}
spec: {containers: [{name: db, image: x}]}
`

describe('crosscheck lint', () => {
  it('prints place, severity, message, rule and fix, sums up by rule, and exits with 1', async () => {
    const path = await file(service)
    const { exitCode, out } = await run([path])
    expect(
      out,
    ).toBe(`${path}:5:3: warning: namespace shop has no pods labelled app=web: nothing is behind this Service [service-without-pods]
${path}:7:13: error: port: "80" is a text, and no name of a port either: the API server refuses it [quoted-port]
  fix: write port: 80
${path}:11:33: info: namespace shop has no policy: everybody in the cluster reaches pod/db [namespace-without-policy]
  fix: apply a NetworkPolicy with
       spec:
         podSelector: {}
         policyTypes: [Ingress]

1 error, 1 warning, 1 info in 2 objects
      1  error    quoted-port
      1  warning  service-without-pods
      1  info     namespace-without-policy
`)
    expect(exitCode).toBe(1)
  })

  it('exits with 0 where nothing is found, or nothing as bad as --fail-on says', async () => {
    expect((await run(['-', '--select', 'inert-rules'], service)).exitCode).toBe(0)
    const warnings = ['-', '--select', 'service-without-pods']
    expect((await run(warnings, service)).exitCode).toBe(1)
    expect((await run([...warnings, '--fail-on', 'error'], service)).exitCode).toBe(0)
    expect((await run(['-', '--fail-on', 'never'], service)).exitCode).toBe(0)
  })

  it('runs the selected rules less the ignored ones', async () => {
    const { out } = await run(
      ['-', '--select', 'quoted-port,service-without-pods', '--ignore', 'service-without-pods'],
      service,
    )
    expect(out).toMatch(/^<stdin>:7:13: error: .* \[quoted-port\]\n/)
    expect(out).toContain('\n1 error in 2 objects\n')
  })

  it.each([
    [
      ['-', '--select', 'quoted-ports'],
      '--select quoted-ports: there is no such rule\n  hint: did you mean quoted-port?',
    ],
    [['-', '--fail-on', 'worst'], '--fail-on worst: expected error, warning, info, never'],
    [['-', '--fix'], '--fix mends files, and standard input is none'],
    [['nowhere.yaml'], 'nowhere.yaml: no such file or folder'],
    [[], 'no manifests are given'],
    [['-', '-o', 'xml'], '-o xml: expected text, json, sarif, github'],
  ])('refuses %j with exit code 2', async (argv, message) => {
    const { exitCode, out, error } = await run(argv, service)
    expect(error).toContain(message)
    expect([exitCode, out]).toEqual([2, ''])
  })

  it('lists its rules', async () => {
    const { out } = await run(['--list-rules'])
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(rules.map(({ id }) => id))
  })

  it('reports broken YAML as a finding at its place', async () => {
    const { exitCode, out } = await run(['-'], 'a: [\n')
    expect(out).toMatch(/^<stdin>:\d+:\d+: error: YAML: .* \[invalid-object\]\n/)
    expect(exitCode).toBe(1)
  })
})

describe('--fix', () => {
  const policy = `# ours
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec:
  podSelector: {}
  policyTypes:   [Ingress]
  ingress:
    - from:
        - namespaceSelector: {matchLabels: { name: edge }} # the proxy
      ports: [{port: '8080'},{ port: "9090" }]
---
apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: edge}
data: {A: off, B: 5432, C: "1"}
`
  const mended = policy
    .replace('{ name: edge }}', '{ kubernetes.io/metadata.name: edge }}')
    .replace(`'8080'`, '8080')
    .replace(`"9090"`, '9090')
    .replace('A: off, B: 5432', 'A: "off", B: "5432"')

  it.each([
    ['line feeds', (text: string) => text],
    ['carriage returns', (text: string) => text.replaceAll('\n', '\r\n')],
    ['a byte order mark', (text: string) => `\ufeff${text.replace('# ours\n', '')}`],
  ])('edits scalars and nothing else, in a file with %s', async (_, form) => {
    const path = await file(form(policy))
    const { exitCode, out, error } = await run([path, '--fix', '--ignore', 'policy-in-empty-namespace'])
    expect(await readFile(path, 'utf8')).toBe(form(mended))
    // The API server refuses a policy with a quoted port: its selector is looked at in the second pass.
    expect(error).toContain("fixed quoted-port: '8080' is now 8080\n")
    expect(error).toContain('fixed unquoted-value: off is now "off"\n')
    expect(error).toContain('fixed namespace-selector-matches-nothing: name is now kubernetes.io/metadata.name\n')
    expect([exitCode, out]).toEqual([0, 'no findings in 3 objects\n'])
  })

  it('leaves the label where a namespace has it, or where the namespace is not known', async () => {
    const given = policy.replaceAll(/'8080'|"9090"/g, '1').replace('{name: edge}', '{name: edge, labels: {name: edgy}}')
    for (const text of [
      given.replace('{ name: edge }}', '{ name: elsewhere }}'),
      given.replace('{ name: edge }}', '{ name: edgy }}'),
    ]) {
      const path = await file(text)
      await run([path, '--fix', '--ignore', 'unquoted-value'])
      expect(await readFile(path, 'utf8')).toBe(text)
    }
  })

  it('leaves what an alias stands for', async () => {
    const text = service.replace('port: "80"', 'port: *p').replace('spec:\n', 'spec:\n  x: &p "80"\n')
    const path = await file(text)
    await run([path, '--fix'])
    expect(await readFile(path, 'utf8')).toBe(text)
  })

  it('puts a label in quotes as it stands, not as YAML reads it', async () => {
    const text = policy.replace('podSelector:', 'podSelector: {matchLabels: {component: 00012}} #')
    const path = await file(text)
    const { error } = await run([path, '--fix'])
    expect(error).toContain('fixed unquoted-value: 00012 is now "00012"\n')
  })

  it('changes nothing without being asked', async () => {
    const path = await file(policy)
    await run([path])
    expect(await readFile(path, 'utf8')).toBe(policy)
  })
})
