import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseScenarios } from '../../../runner/scenario/parse.ts'

const folder = new URL('invalid/', import.meta.url)

/** Line, column, message and hint of every problem of each file in invalid/. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'alias-bomb': ['1:1 its aliases would expand to too much'],
  'alias-of-nothing': ['6:8 nothing is anchored as &b'],
  'api-version': ['1:13 unknown apiVersion "crosscheck.dev/v1" (this version reads crosscheck.dev/v1alpha1)'],
  'asserts-nothing': ['5:3 the scenario asserts nothing (give it paths or a matrix)'],
  attempts: ['10:52 spec.paths[0].attempts: must be at most 20, got 100'],
  'blocked-by-of-allowed': ['10:53 spec.paths[0].blockedBy: goes only with expect: blocked'],
  'broken-yaml': ['11:1 YAML: Flow map in block collection must be sufficiently indented and end with a }'],
  'contradiction-by-address': [
    '11:7 a -> tcp://h:80 is expected blocked here and allowed at contradiction-by-address.yaml:10:7',
  ],
  contradiction: ['11:7 a -> t is expected blocked here and allowed at contradiction.yaml:10:7'],
  'dns-and-http': ['10:41 spec.paths[0].expect: "rcode" is about dns and does not go with "status"'],
  'duplicate-key': ['7:5 "a" is given twice (first in line 6)'],
  'duplicate-path-name': ['11:7 two paths are named "one" (first in line 10)'],
  'duration-number': ['5:13 spec.deadline: expected a duration such as 500ms, 2s or 1m, got 30'],
  'duration-range': ['5:13 spec.deadline: a duration from 10ms to 1m is possible, got 10m'],
  duration: ['5:11 spec.settle: expected a duration such as 500ms, 2s or 1m, got "soon"'],
  'empty-spec': ['4:6 spec: expected a mapping, got nothing'],
  empty: ['1:1 the file is empty'],
  family: ['10:50 spec.paths[0].family: expected 4, 6 or both, got 5'],
  'inline-source': [
    '10:15 unknown kind "deploi" in "n/deploi/ui": possible are deployment, statefulset, daemonset, replicaset, replicationcontroller, deploymentconfig, job, cronjob, pod, service, configmap, endpoints, endpointslice, networkpolicy, namespace, node',
  ],
  'inline-target': ['10:22 "h" lacks its port: tcp://h:port'],
  kind: ['2:7 unknown kind "Scenaro" (did you mean Scenario?)'],
  'kubernetes-manifest': [
    '1:1 this is a Kubernetes object (networking.k8s.io/v1 NetworkPolicy), not a scenario (list its file under spec.manifests of a scenario)',
  ],
  'lab-delay': ['5:23 spec.lab.policyDelay: expected a duration such as 500ms, 2s or 1m, got 3000'],
  'lab-fault': [
    '5:27 spec.lab.faults[0].kind: expected link-down, overlay-cut, proxy, bind-localhost, ipv4-only, no-listener, gone, crash, leak or http-status, got "link-donw" (did you mean link-down?)',
  ],
  'lab-key': ['5:10 spec.lab: unknown key "enforcment" (did you mean enforcement?)'],
  'label-value': ['6:39 spec.sources.a.labels.app: "a b" is no label value'],
  'layer-of-allowed': ['10:49 spec.paths[0].layer: goes only with expect: blocked'],
  'layer-of-udp': ['10:44 layer: 7 has no meaning for a udp target'],
  'like-without-namespace': [
    '6:8 spec.sources.a: "like" needs the workload\'s namespace: { namespace: …, like: deployment/ui }',
  ],
  'list-as-key': ['6:5 a key is a word, not a list or mapping'],
  'manifest-absolute': [
    '5:15 "/etc" lies outside the scenario\'s folder (manifests stand beside the scenario or below it)',
  ],
  'manifest-outside': [
    '5:15 "../manifests" lies outside the scenario\'s folder (manifests stand beside the scenario or below it)',
  ],
  'matrix-arrow': ['9:43 expected "source -> target", got "a to t"'],
  'matrix-contradiction': ['11:3 a -> t is expected blocked here and allowed at matrix-contradiction.yaml:10:7'],
  'matrix-dns': ['9:29 a matrix takes no dns targets: assert them as paths'],
  'matrix-name': [
    '9:43 "tt" is not in the matrix\'s to (did you mean t?)',
    '9:52 "b" is not in the matrix\'s from (it holds a)',
  ],
  'matrix-undefined': ['9:29 no target is named "tt" (did you mean t?)'],
  'merge-key': ['7:10 merge keys (<<) are not supported'],
  'missing-key': ['10:7 spec.paths[0].to is missing'],
  'missing-name': ['3:11 metadata.name is missing'],
  'namespace-beside-pods': ['6:8 spec.sources.a: write the namespace inside pods: { namespace, matchLabels }'],
  'namespace-name': ['6:21 spec.sources.a.namespace: "N_1" is no namespace name'],
  'no-api-version': [
    '1:1 apiVersion is missing: this is no scenario (a scenario has the line apiVersion: crosscheck.dev/v1alpha1)',
  ],
  'no-condition': ['10:33 spec.paths[0].expect: expected at least one of rcode, addresses, status, body, header, tls'],
  'no-identity': [
    '6:8 spec.sources.a: a source needs an identity: namespace (a plain probe), namespace with like or as, node, outside: true, namespaces or pods',
  ],
  'no-kind': ['1:1 kind is missing: this is no scenario (a scenario has the line kind: Scenario)'],
  'not-a-mapping': ['1:1 expected a scenario: a mapping with apiVersion, kind, metadata and spec'],
  'number-for-text': ['10:47 spec.paths[0].why: expected text, got 7 (quote it: "7")'],
  'only-and-skip': ['10:7 spec.paths[0]: only and skip contradict each other'],
  'only-comment': ['1:1 the file is empty'],
  'operator-without-values': ['6:37 spec.sources.a.pods.matchExpressions[0]: In needs at least one of values'],
  'outside-false': ['6:19 spec.sources.a.outside: expected true, got false'],
  'outside-with-node': ['6:8 spec.sources.a: "node" does not go with "outside"'],
  'rcode-of-tcp': ['10:33 rcode and addresses are expected of dns:// targets only'],
  'rcode-with-addresses': ['10:41 spec.paths[0].expect: NXDOMAIN comes without addresses'],
  'skip-without-reason': ['10:48 spec.paths[0].skip: expected the reason, as text, got true (quote it: "true")'],
  'source-is-configmap': [
    '6:8 spec.sources.a: a configmap cannot be a source: name a workload, such as frontend/deployment/ui',
  ],
  'source-name': ["6:5 spec.sources.a/b: \"a/b\" is no name: letters, digits, '-', '.' and '_', at most 100"],
  'source-of-unknown-kind': ['6:30 spec.sources.a.like: "deploymnt" is no kind of workload: did you mean deployment?'],
  'source-word': [
    '6:8 spec.sources.a: "frontend" is no source: write { namespace: frontend }, ns/frontend or namespace/kind/name such as frontend/deployment/ui',
  ],
  'status-of-tcp': ['10:33 status, body and header are expected of http targets only'],
  'status-range': ['10:52 spec.paths[0].expect.status: must be at least 100, got 20'],
  'step-label-of-namespace': ['11:30 spec.steps[0].label.object: a namespace lives in no namespace: write ns/x'],
  'step-object': ['11:22 spec.steps[0].delete[0]: "netpol/x" lacks its namespace: namespace/netpol/x'],
  'step-path': ['11:58 no target is named "tt" (did you mean t?)'],
  'step-with-two-changes': [
    '11:11 spec.steps[0]: a step has exactly one of apply, delete, label, got apply and delete',
  ],
  'step-without-change': ['11:11 spec.steps[0]: a step has exactly one of apply, delete, label'],
  'target-as-source': ['10:15 no source is named "t" ("t" is a target)'],
  'target-credentials': ['8:8 spec.targets.t: a URL with a user and password is refused: use headers'],
  'target-dns-option': ['8:8 spec.targets.t: "typ" is unknown in "dns://h?typ=A": possible are type and server'],
  'target-dns-type': [
    '8:8 spec.targets.t: "B" is no record type: possible are A, AAAA, CNAME, SRV, TXT, PTR, NS, MX, SOA',
  ],
  'target-host': ['8:8 spec.targets.t: "a b" is no host name'],
  'target-ip': ['8:8 spec.targets.t: "10.0.0.300" is no IP address'],
  'target-ipv6-unbracketed': [
    '8:8 spec.targets.t: an IPv6 address stands in brackets: [address]:port, got "fd00::1:80"',
  ],
  'target-no-form': [
    '8:8 spec.targets.t: a target needs one of url, tcp, udp, tls, http, dns, pods, workload, nodePort',
  ],
  'target-path-without-http': ['8:8 spec.targets.t: "path" goes only with protocol: HTTP or HTTPS'],
  'target-port-missing': ['8:8 spec.targets.t: "h" lacks its port: tcp://h:port'],
  'target-port-range': ['8:8 spec.targets.t: port 70000 is not between 1 and 65535'],
  'target-scheme': ['8:8 spec.targets.t: unknown scheme "htp://": did you mean http?'],
  'target-stray-key': ['8:8 spec.targets.t: "method" does not go with "tcp"'],
  'target-two-forms': ['8:8 spec.targets.t: a target has one address, got tcp and dns'],
  'target-word': [
    '8:8 spec.targets.t: "postgres" is no target: it lacks its port, as in postgres:80; expected tcp://host:port, udp://, tls://, http(s)://, dns://name, nodeport://port or namespace/deploy/x:port',
  ],
  'target-workload-without-port': ['8:8 spec.targets.t: "workload" needs a port'],
  'tls-of-http': ['10:42 tls is expected of tls:// and https:// targets only'],
  'two-identities': ['6:8 spec.sources.a: a source has one identity, got like and as'],
  'undefined-control': ['10:59 no source is named "b" (declared are a)'],
  'undefined-source-in-list': ['10:19 no source is named "b" (declared are a)'],
  'undefined-source': ['10:15 no source is named "bakend" (did you mean backend?)'],
  'undefined-target': ['10:22 no target is named "postgres" (declared are t)'],
  'unknown-key-in-path': ['10:25 spec.paths[0]: unknown key "expct" (did you mean expect?)'],
  'unknown-key-in-source': ['6:24 spec.sources.a: unknown key "lke" (did you mean like?)'],
  'unknown-key': ['5:3 spec: unknown key "sorces" (did you mean sources?)'],
  'variable-below': ['5:19 variable "b" stands below and cannot be used here (declare it first)'],
  'variable-name': ['5:16 spec.variables.a-b: "a-b" is no variable name: letters, digits and \'_\''],
  'variable-unclosed': [
    '6:21 a variable lacks its closing brace (a dollar sign before a brace is written twice to mean itself)',
  ],
  'variable-undeclared': ['7:21 variable "enviroment" is not declared (did you mean environment?)'],
  'variable-without-value': ['5:16 variable "a" has no value (give it with --set a=VALUE)'],
  'wrong-rcode': [
    '10:50 spec.paths[0].expect.rcode: expected NOERROR, NODATA, NXDOMAIN, SERVFAIL, REFUSED, FORMERR or NOTIMP, got "NXDOMAN" (did you mean NXDOMAIN?)',
  ],
  'wrong-type': ['5:14 spec.manifests: expected a list, got "manifests/"'],
  'wrong-word': [
    '10:33 spec.paths[0].expect: expected allowed, blocked or a mapping, got "allwed" (did you mean allowed?)',
  ],
}

test('every invalid file has its expected message', () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(expected)
      .map((name) => `${name}.yaml`)
      .sort(),
  )
})

test.each(Object.entries(expected))('%s is told with its place and the way out', (name, messages) => {
  const file = `${name}.yaml`
  const { scenarios, problems } = parseScenarios(readFileSync(new URL(file, folder), 'utf8'), file)
  expect(scenarios).toEqual([])
  expect(
    problems.map(({ place, message, hint }) => `${place?.line}:${place?.column} ${message}${hint ? ` (${hint})` : ''}`),
  ).toEqual(messages)
  expect(problems.every(({ severity, place }) => severity === 'error' && place?.file === file)).toBe(true)
})
