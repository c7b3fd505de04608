/** One fault for the engine: replaces the text `find` of a file, which must occur once, with `put`. */
export interface Mutant {
  readonly file: string
  readonly find: string
  readonly put: string
}

const of = (file: string, pairs: readonly (readonly [string, string])[]): Mutant[] =>
  pairs.map(([find, put]) => ({ file: `policy/${file}.ts`, find, put }))

/** Known faults of similar engines, and mistakes that are easy to make. */
export const mutants: readonly Mutant[] = [
  ...of('parse', [
    ["(egress.length > 0 ? ['ingress', 'egress'] : ['ingress'])", "['ingress', 'egress']"],
    ["(egress.length > 0 ? ['ingress', 'egress'] : ['ingress'])", "(egress.length > 0 ? ['egress'] : ['ingress'])"],
    ["?? 'default'", "?? 'kube-system'"],
  ]),
  ...of('parse-port', [["?? 'TCP'", "?? 'UDP'"]]),
  ...of('selector', [
    ['value === undefined || !(expression.values', 'value !== undefined && !(expression.values'],
    [
      "case 'Exists':\n      return value !== undefined",
      "case 'Exists':\n      return value !== undefined && value !== ''",
    ],
    ["case 'DoesNotExist':\n      return value === undefined", "case 'DoesNotExist':\n      return !value"],
    ['.every((expression)', '.some((expression)'],
  ]),
  ...of('cidr', [['network.family !== address.family', 'false']]),
  ...of('engine/rules', [
    ["ingress: policy.policyTypes.includes('ingress'),", 'ingress: true,'],
    ["egress: policy.policyTypes.includes('egress') }", 'egress: policy.egress.length > 0 }'],
    ['isolates.egress ? rulesOf(policy.egress) : []', 'rulesOf(policy.ingress)'],
    ['namespace: namespaceSelector === undefined ? namespace : undefined', 'namespace: undefined'],
    ['namespace: namespaceSelector === undefined ? namespace : undefined', 'namespace'],
    ['pods: podSelector === undefined ? undefined : compileSelector(labelling, podSelector)', 'pods: undefined'],
    ['endPort ?? port', 'port'],
    ['first: port ?? 1', 'first: port ?? 80'],
    ["protocol = 'TCP', port, endPort", 'protocol, port, endPort'],
    ["Pass: 'next'", "Pass: 'accept'"],
    ['except: [], podsToo: true', 'except: [], podsToo: false'],
  ]),
  ...of('engine/match', [
    ['rule.ports.length === 0 ||', 'rule.ports.length > 0 &&'],
    ['rule.peers.length === 0 ||', 'rule.peers.length > 0 &&'],
    ['rule.peers.some(', 'rule.peers.every('],
    ['traffic.target === traffic.remote.actor', 'false'],
    ['traffic.target === traffic.remote.actor', 'true'],
    ['port.name === undefined && matchesPort', 'matchesPort'],
    [' || peer.except.some((except) => at.networks.has(except))', ''],
    ['peer.except.some((except)', 'peer.except.every((except)'],
    ["actor.kind !== 'pod' || peer.podsToo", 'peer.podsToo'],
    ["if (actor.kind !== 'pod' || peer.podsToo) return true", ''],
    ['isFlipped(context.assumptions, choiceBits[50])\n', '!isFlipped(context.assumptions, choiceBits[50])\n'],
    ['item.protocol !== undefined && item.protocol !== traffic.protocol', 'false'],
    ['traffic.port > item.last', 'traffic.port >= item.last'],
    ['traffic.port < item.first', 'traffic.port <= item.first'],
    ['each.name === name && each.protocol === protocol', 'each.name === name'],
    ['const fitting = declared.filter((each) => each.port === port)', 'const fitting = declared'],
    ['matches !== isFlipped(assumptions, choiceBits[27])', 'matches'],
    ['asked.length >= wanted.length', 'asked.length > wanted.length + 2'],
  ]),
  ...of('engine/decide', [
    [
      "rulingOf('egress', path, { compiled, context }).allowed && rulingOf('ingress', path, { compiled, context }).allowed",
      "rulingOf('ingress', path, { compiled, context }).allowed",
    ],
    [
      "rulingOf('egress', path, { compiled, context }).allowed && rulingOf('ingress', path, { compiled, context }).allowed",
      "rulingOf('egress', path, { compiled, context }).allowed",
    ],
    ['target: path.to.actor, port, protocol }\n  if', 'target: path.from.actor, port, protocol }\n  if'],
    ['remote: path.to, target: path.to.actor', 'remote: path.to, target: path.from.actor'],
    ['isSamePod(path) && path.via === undefined', 'false'],
    ["direction === 'ingress' || isFlipped(assumptions, choiceBits[52])", "direction === 'ingress'"],
    ["direction === 'ingress' || isFlipped(assumptions, choiceBits[52])", 'isFlipped(assumptions, choiceBits[52])'],
    ["actor.kind === 'host' && actor.node.name === pod.node", "actor.kind === 'host'"],
    ['compiled.profile.portable ? decisive : decisive & unpromised', 'decisive & unpromised'],
    ['if (isHairpin(path)) return hairpin(path, compiled)', ''],
    ['if (other !== run.allowed) decisive |= bit', 'decisive |= bit'],
  ]),
  ...of('engine/governing', [
    ['candidates.filter((policy) => selects(labelling, policy.pods, labels))', 'candidates'],
    ['policies.some((policy) => policy.isolates[direction])', 'policies.length > 0'],
    ['    ...space.unlabelled,\n', ''],
  ]),
  ...of('engine/tiers', [
    ["governing.isolated[direction] ? 'deny' : 'next'", "'next'"],
    ["governing.isolated[direction] ? 'deny' : 'next'", "'deny'"],
    ["?? 'next'", "?? 'deny'"],
    ['priority > best.priority', 'priority < best.priority'],
  ]),
  ...of('engine/compile', [
    ['world.pods.filter((pod) => pod.ended !== true)', 'world.pods'],
    ['a.priority - b.priority', 'b.priority - a.priority'],
    ['byName.set(name, policy)\n', 'if (!byName.has(name)) byName.set(name, policy)\n'],
  ]),
  ...of('engine/population', [
    ['{ ...labels, [nameLabel]: name }', '{ [nameLabel]: name, ...labels }'],
    ['if (!actor.pod.hostNetwork) add(actor, actor.addresses)', 'add(actor, [])'],
  ]),
  ...of('engine/networks', [['(containing ?? new Set()).add(id)', 'new Set<number>().add(id)']]),
  ...of('engine/path', [
    ['if (service === undefined) return', 'if (true) return'],
    ['address.bytes[0] === 127', 'false'],
  ]),
  ...of('engine/trace', [
    ['a.failed.length - b.failed.length || peerFaults', 'b.failed.length - a.failed.length || peerFaults'],
    [' || peerFaults(a) - peerFaults(b)', ''],
    [' || namesPort(b) - namesPort(a)', ''],
    ["decided ||= answer !== 'next'", ''],
  ]),
  ...of('engine/foreign', [
    ["isIn = namespaces === 'all' || namespaces.includes(space.name)", 'isIn = namespaces.includes(space.name)'],
  ]),
  ...of('foreign/kinds', [['clusterScoped.test(kind) ? overAllNamespaces(object) : ', '']]),
  ...of('engine/predict', [
    ["if (protocol === 'ICMP') return undefinedBy(47)", ''],
    ['established === true ? undefinedBy(49) :', ''],
  ]),
  ...of('engine/reach', [
    ['return a === yes && b === yes ? yes : unsure', 'return yes'],
    ['for (const at of missing) row[at] = unsure\n      return row\n    },', 'return row\n    },'],
    ['found.admin.length + found.baseline.length > 0', 'false'],
    ["direction === 'egress' && rule.ports.some", 'rule.ports.every'],
  ]),
  ...of('engine/difference', [
    ["opens: changes.filter((change) => change.after === 'allow' && !isUnclear(change))", 'opens: []'],
    ["closes: changes.filter((change) => change.before === 'allow' && !isUnclear(change))", 'closes: []'],
    ['unclear: changes.filter(isUnclear)', 'unclear: []'],
    ['changed[to] ? all : moved', 'moved'],
    ['if (known.targets.at(-1) !== at) known', 'known'],
  ]),
  ...of('engine/pair-verdicts', [
    ['from === to ? target?.actors[1]', 'from === to ? target?.actors[0]'],
    ['{ socket, targets: sources }', '{ socket, targets: [] }'],
    ["if (!isThere) return () => 'absent'", ''],
  ]),
  ...of('engine/fix', [['found.verdict === wanted', 'true']]),
  ...of('engine/effects', [['possiblePods(each.podSelector, each.namespace, compiled)', '[]']]),
  ...of('engine/without-port', [['port + 1, last', 'port, last']]),
  ...of('engine/without-peer', [["operator: 'NotIn', values: [value]", "operator: 'In', values: [value]"]]),
  ...of('engine/label-edits', [['|| !remote.space.labelsKnown', '']]),
  ...of('engine/minimal-selector', [['!passing.test(key)', 'true']]),
]
