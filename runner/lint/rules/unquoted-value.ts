import { isObject, type Path } from '../../../policy/field.ts'
import type { Context } from '../context.ts'
import type { Edit, Rule } from '../rule.ts'
import { listOf, valueAt } from '../templates.ts'

/** YAML reads `off`, `yes` and 5432 as a boolean and a number; the API server wants texts here, and refuses them. */
export const unquotedValue: Rule = {
  id: 'unquoted-value',
  severity: 'error',
  summary: 'a number or a boolean where an environment variable or a ConfigMap must have a text',
  *find(context) {
    for (const { object, path } of textFields(context)) {
      const value = valueAt(object.value, path)
      if (typeof value !== 'number' && typeof value !== 'boolean') continue
      const place = object.at(path)
      const edit: Edit[] =
        place === undefined ? [] : [{ place, ways: writings(value).map((old) => ({ old, replacement: `"${old}"` })) }]
      const message = `YAML reads the ${typeof value} ${value} here, and the API server takes texts only`
      yield { object, path, message, fix: 'write it in quotes', edits: edit }
    }
  },
}

function textFields({ objects, templates }: Context) {
  const variables = templates.flatMap(({ object, containers }) =>
    containers.flatMap(({ path, value }) =>
      listOf(value.env).map((_, index) => ({ object, path: [...path, 'env', index, 'value'] as Path })),
    ),
  )
  const data = objects
    .filter(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1')
    .flatMap((object) => {
      const { value } = { value: object.value.data }
      return isObject(value) ? Object.keys(value).map((key) => ({ object, path: ['data', key] as Path })) : []
    })
  return [...variables, ...data]
}

/** How YAML 1.1 may have it written, longer words first. */
function writings(value: number | boolean): string[] {
  if (typeof value === 'number') return [String(value)]
  return (value ? ['true', 'yes', 'on', 'y'] : ['false', 'off', 'no', 'n']).flatMap((word) => [
    word,
    word[0]!.toUpperCase() + word.slice(1),
    word.toUpperCase(),
  ])
}
