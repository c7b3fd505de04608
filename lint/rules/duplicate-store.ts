import type { ManifestObject } from '../../fabric/manifests/object.ts'
import type { Context } from '../context.ts'
import { mentionsOf } from '../hosts/mention.ts'
import { perContext } from '../per-context.ts'
import type { Rule } from '../rule.ts'
import { type Template, valueAt } from '../templates.ts'

const stores =
  /^(postgres(ql)?|mysql|mariadb|percona.*|mongo(db)?|redis|valkey|keydb|memcached|elasticsearch|opensearch|(cp-)?kafka|rabbitmq|nats|cassandra|scylla|clickhouse(-server)?|influxdb|minio|etcd|zookeeper|cockroach|neo4j)$/

/**
 * Two stores with the same name and image in two namespaces are common, for example one per environment. If the input uses one and never
 * names the other, the other is probably left over from a move.
 */
export const duplicateStore: Rule = {
  id: 'duplicate-store',
  severity: 'warning',
  summary: 'a store that nothing refers to, while its like in another namespace is in use',
  *find(context) {
    const candidates = context.templates.flatMap((template) => {
      const image = storeImage(template)
      return image === undefined ? [] : [{ template, image, key: `${image} ${template.object.name}` }]
    })
    for (const group of Map.groupBy(candidates, ({ key }) => key).values()) {
      if (group.length < 2) continue
      const judged = group.map((each) => ({ ...each, used: isUsed(each.template.object, context) }))
      const inUse = judged.find(({ used }) => used)
      if (inUse === undefined) continue
      for (const { template, image } of judged.filter(({ used }) => !used)) {
        const { object } = template
        const other = inUse.template.object
        const message = `nothing here names this ${image}, while ${other.kind.toLowerCase()}/${other.name} in ${other.namespace} (${other.place.file}:${other.place.line}) is in use: it looks left over, or somebody writes to the wrong one`
        yield {
          object,
          path: ['metadata', 'name'],
          message,
          fix: `remove it with its Service and volumes, or name it in full: ${object.name}.${object.namespace}`,
        }
      }
    }
  },
}

/** The last part of the repository, if it is a store: `postgres` in `docker.io/library/postgres:16`. */
function storeImage({ containers }: Template): string | undefined {
  const images = containers.flatMap(({ value }) => (typeof value.image === 'string' ? [value.image] : []))
  return images
    .map(
      (image) =>
        image
          .replace(/@.*$/, '')
          .replace(/:[^/]*$/, '')
          .split('/')
          .at(-1) ?? '',
    )
    .find((name) => stores.test(name))
}

/** Another object of its namespace names it or a Service that selects it, or any object names it together with its namespace. */
function isUsed(store: ManifestObject, context: Context): boolean {
  const own = context.templates.find(({ object }) => object === store)?.labels ?? {}
  const services = context.population
    .servicesIn(store.namespace)
    .filter(
      ({ selector }) => selector !== undefined && Object.entries(selector).every(([key, value]) => own[key] === value),
    )
  const names = [...new Set([store.name, ...services.map(({ name }) => name)])]
  const refers = ({ object, words }: Words) =>
    object !== store &&
    names.some(
      (name) => words.has(`${name}.${store.namespace}`) || (object.namespace === store.namespace && words.has(name)),
    )
  return wordsOf(context).some(refers) || isAdmitted(store, own, context)
}

/** A policy rule that allows connections to it shows that it is in use. */
function isAdmitted(
  { namespace }: ManifestObject,
  labels: Readonly<Record<string, string>>,
  { policies }: Context,
): boolean {
  return policies.some(({ policy, object }) => {
    const selector = valueAt(object.value, ['spec', 'podSelector', 'matchLabels'])
    const chosen = Object.entries((selector ?? {}) as Record<string, unknown>)
    return (
      policy.namespace === namespace &&
      policy.ingress.length > 0 &&
      chosen.length > 0 &&
      chosen.every(([key, value]) => labels[key] === value)
    )
  })
}

interface Words {
  readonly object: ManifestObject
  /** Words of letters, digits and hyphens, and each pair of them that a dot joins. */
  readonly words: ReadonlySet<string>
}

const wordsOf = perContext((context: Context): readonly Words[] =>
  mentionsOf(context).map(({ object, text }) => {
    const runs = (text.match(/[\w-]+(?:\.[\w-]+)*/g) ?? []).map((run) => run.split('.'))
    const pairs = runs.flatMap((run) => run.slice(1).map((word, index) => `${run[index]}.${word}`))
    return { object, words: new Set([...runs.flat(), ...pairs]) }
  }),
)
