import { hintOf, type Missing } from '../../fabric/lookup/missing.ts'
import type { Context } from '../context.ts'
import { type NamedHost, namedHostsOf, saying } from '../hosts/named.ts'
import type { Found, Rule } from '../rule.ts'

/** Checked against the input: lint together what is deployed together. */
export const unknownHost: Rule = {
  id: 'unknown-host',
  severity: 'warning',
  summary: 'a host of the cluster whose Service, namespace or pod does not exist',
  *find(context) {
    for (const host of namedHostsOf(context)) {
      const found = explain(host, context)
      if (found !== undefined) yield { object: host.mention.object, path: host.mention.path, ...found }
    }
  },
}

function explain(host: NamedHost, context: Context): Omit<Found, 'object'> | undefined {
  const { is, named, mention } = host
  const said = saying(host)
  switch (is.kind) {
    case 'missing': {
      const { missing } = is
      const message = `${said}, and ${missing.sentence}`
      const fix = hintOf(missing)
      if (missing.kind !== 'namespace') return { message, fix, severity: severityOf(missing, context) }
      if (mention.form === 'file' && !named.host.includes('.svc')) return undefined
      if (fix !== undefined || context.live) return { message, fix }
      return { severity: 'info', message: `${said}, and namespace ${missing.namespace} is not among these objects` }
    }
    case 'unknown': {
      if (mention.form === 'file' || named.form === 'pair') return undefined
      const { missing } = is
      return {
        message: `${said}, and ${missing.sentence}`,
        fix: hintOf(missing),
        severity: severityOf(missing, context),
      }
    }
    default:
      return undefined
  }
}

/** If operators create Services, or the input has none, not all Services are known: the severity is info. */
function severityOf(missing: Missing, { population, operatorsIn, live }: Context): Found['severity'] {
  const { namespace } = missing
  if (hintOf(missing) !== undefined || namespace === undefined) return undefined
  const isOpen = operatorsIn(namespace).length > 0 || (population.servicesIn(namespace).length === 0 && !live)
  return isOpen ? 'info' : undefined
}
