import type { Rule } from './rule.ts'
import { allowsEveryone } from './rules/allows-everyone.ts'
import { apiServerPort } from './rules/api-server-port.ts'
import { badIgnore } from './rules/bad-ignore.ts'
import { blocksNothing } from './rules/blocks-nothing.ts'
import { broaderPeer } from './rules/broader-peer.ts'
import { deadAnnotation } from './rules/dead-annotation.ts'
import { dnsByOneProtocol } from './rules/dns-by-one-protocol.ts'
import { duplicateNodePort } from './rules/duplicate-node-port.ts'
import { duplicateStore } from './rules/duplicate-store.ts'
import { egressWithoutDns } from './rules/egress-without-dns.ts'
import { egressWithoutNodeLocalDns } from './rules/egress-without-node-local-dns.ts'
import { egressWithoutPolicyTypes } from './rules/egress-without-policy-types.ts'
import { exceptOpenedAgain } from './rules/except-opened-again.ts'
import { externalNamePort } from './rules/external-name-port.ts'
import { hostNetworkPodSelected } from './rules/host-network-pod-selected.ts'
import { inertRules } from './rules/inert-rules.ts'
import { ingressBackendElsewhere } from './rules/ingress-backend-elsewhere.ts'
import { ingressBackendMissing } from './rules/ingress-backend-missing.ts'
import { ingressBackendPort } from './rules/ingress-backend-port.ts'
import { internetBySelector } from './rules/internet-by-selector.ts'
import { invalidObject } from './rules/invalid-object.ts'
import { ipBlockOfPods } from './rules/ip-block-of-pods.ts'
import { ipBlockOfServices } from './rules/ip-block-of-services.ts'
import { mayBeOverridden } from './rules/may-be-overridden.ts'
import { namespaceSelectorMatchesNothing } from './rules/namespace-selector-matches-nothing.ts'
import { namespaceWithoutPolicy } from './rules/namespace-without-policy.ts'
import { notInMatchesUnlabelled } from './rules/not-in-matches-unlabelled.ts'
import { oneFamilyOnly } from './rules/one-family-only.ts'
import { overlappingExcept } from './rules/overlapping-except.ts'
import { peerMatchesNoPod } from './rules/peer-matches-no-pod.ts'
import { podsWithoutIsolation } from './rules/pods-without-isolation.ts'
import { policyInEmptyNamespace } from './rules/policy-in-empty-namespace.ts'
import { policySelectsNoPod } from './rules/policy-selects-no-pod.ts'
import { portNobodyListensOn } from './rules/port-nobody-listens-on.ts'
import { portOfAnotherProtocol } from './rules/port-of-another-protocol.ts'
import { quotedPort } from './rules/quoted-port.ts'
import { redundantPolicy } from './rules/redundant-policy.ts'
import { scrapeBlocked } from './rules/scrape-blocked.ts'
import { serviceOfTwoWorkloads } from './rules/service-of-two-workloads.ts'
import { servicePartlySelected } from './rules/service-partly-selected.ts'
import { servicePortInRule } from './rules/service-port-in-rule.ts'
import { serviceWithoutPods } from './rules/service-without-pods.ts'
import { shortNameAcrossNamespaces } from './rules/short-name-across-namespaces.ts'
import { undeclaredPortName } from './rules/undeclared-port-name.ts'
import { undeclaredTargetPort } from './rules/undeclared-target-port.ts'
import { unknownHost } from './rules/unknown-host.ts'
import { unknownServicePort } from './rules/unknown-service-port.ts'
import { unquotedValue } from './rules/unquoted-value.ts'
import { webhookBlocked } from './rules/webhook-blocked.ts'

/** All rules, in the order of `docs/reference/lint/README.md`. */
export const rules: readonly Rule[] = [
  invalidObject,
  quotedPort,
  unquotedValue,
  policySelectsNoPod,
  policyInEmptyNamespace,
  redundantPolicy,
  inertRules,
  egressWithoutPolicyTypes,
  allowsEveryone,
  blocksNothing,
  broaderPeer,
  hostNetworkPodSelected,
  namespaceSelectorMatchesNothing,
  peerMatchesNoPod,
  notInMatchesUnlabelled,
  internetBySelector,
  ipBlockOfPods,
  ipBlockOfServices,
  overlappingExcept,
  exceptOpenedAgain,
  oneFamilyOnly,
  servicePortInRule,
  apiServerPort,
  portOfAnotherProtocol,
  undeclaredPortName,
  portNobodyListensOn,
  egressWithoutDns,
  dnsByOneProtocol,
  egressWithoutNodeLocalDns,
  shortNameAcrossNamespaces,
  unknownHost,
  unknownServicePort,
  externalNamePort,
  serviceWithoutPods,
  serviceOfTwoWorkloads,
  servicePartlySelected,
  webhookBlocked,
  scrapeBlocked,
  undeclaredTargetPort,
  duplicateNodePort,
  ingressBackendElsewhere,
  ingressBackendMissing,
  ingressBackendPort,
  duplicateStore,
  namespaceWithoutPolicy,
  deadAnnotation,
  podsWithoutIsolation,
  mayBeOverridden,
  badIgnore,
]

export const ruleIds: readonly string[] = rules.map(({ id }) => id)
