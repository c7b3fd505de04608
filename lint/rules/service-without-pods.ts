import { listed } from '../../fabric/lookup/listed.ts'
import { describeSelector, matchesSelector } from '../../policy/selector.ts'
import type { Labels } from '../../policy/types.ts'
import type { Context, ServiceObject } from '../context.ts'
import { podMakersIn } from '../pod-makers.ts'
import type { Found, Rule } from '../rule.ts'
import { labelsAt } from '../templates.ts'

/** Connections to it are refused, because it has no endpoint. */
export const serviceWithoutPods: Rule = {
  id: 'service-without-pods',
  severity: 'warning',
  summary: 'a Service whose selector matches no pod',
  *find(context) {
    for (const at of context.services) {
      const { selector, namespace, type } = at.service
      if (selector === undefined || type === 'ExternalName') continue
      const own = context.templatesIn(namespace)
      const all = [...own, ...context.population.podsIn(namespace)]
      if (all.some(({ labels }) => matchesSelector({ matchLabels: selector }, labels))) continue
      yield { object: at.object, path: ['spec', 'selector'], ...explain(at, selector, context) }
    }
  },
}

function explain({ service }: ServiceObject, selector: Labels, context: Context): Omit<Found, 'object'> {
  const nothing = `namespace ${service.namespace} has no ${describeSelector({ matchLabels: selector })}: nothing is behind this Service`
  const own = context.templatesIn(service.namespace)
  if (!context.live && own.length === 0) {
    const message = `no workload of namespace ${service.namespace} is given here: whether pods are behind this Service is not known`
    return { severity: 'info', message }
  }
  const unlabelled = own.filter(({ object }) => matchesSelector({ matchLabels: selector }, labelsAt(object.value)))
  if (unlabelled.length > 0) {
    const names = listed(unlabelled.map(({ object }) => `${object.kind.toLowerCase()}/${object.name}`))
    return {
      message: `${nothing}; ${names} has these labels in metadata.labels`,
      fix: `add them to spec.template.metadata.labels of ${names}`,
    }
  }
  const makers = podMakersIn(service.namespace, { matchLabels: selector }, context)
  const byKustomize = Object.entries(selector).find(
    ([key, value]) => key === 'app.kubernetes.io/managed-by' && value === 'kustomize',
  )
  if (makers.length > 0 && byKustomize !== undefined) {
    const message = `${nothing}; kustomize put ${byKustomize.join('=')} into the selector, a label that an operator's pods do not get`
    return { message, fix: 'use labels with includeSelectors: false in place of commonLabels' }
  }
  if (makers.length > 0) {
    const message = `namespace ${service.namespace} has no ${describeSelector({ matchLabels: selector })} that are given here; pods made by ${listed(makers)} are not known`
    return { severity: 'info', message }
  }
  const near = own
    .map(({ object, labels }) => ({
      object,
      wrong: Object.keys(selector).filter((key) => labels[key] !== selector[key]),
      labels,
    }))
    .toSorted((a, b) => a.wrong.length - b.wrong.length)[0]
  if (near === undefined || near.wrong.length === Object.keys(selector).length) return { message: nothing }
  const has = near.wrong.map((key) => (near.labels[key] === undefined ? `no ${key}` : `${key}=${near.labels[key]}`))
  return {
    message: nothing,
    fix: `nearest are the pods of ${near.object.kind.toLowerCase()}/${near.object.name}: they have ${has.join(', ')}`,
  }
}
