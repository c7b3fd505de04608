import type { ManifestObject } from '../../fabric/manifests/object.ts'
import { isObject, type Path } from '../../policy/field.ts'
import type { Context } from '../context.ts'
import { perContext } from '../per-context.ts'
import { listOf, type Template, valueAt } from '../templates.ts'

/** A text of the manifests that may name hosts. */
export interface Mention {
  readonly object: ManifestObject
  readonly path: Path
  readonly text: string
  /** `setting`: a variable, or a ConfigMap key with one line. `file`: anything longer, such as scripts and commands. */
  readonly form: 'setting' | 'file'
  /** The name of the variable or the key. */
  readonly name: string
  /** Names that the pod resolves through its own /etc/hosts. */
  readonly aliases: readonly string[]
}

/** Returns environment variables, commands and arguments of containers, and ConfigMaps. */
export const mentionsOf = perContext(({ templates, objects }: Context): readonly Mention[] => {
  const configMaps = objects.filter(({ apiVersion, kind }) => kind === 'ConfigMap' && apiVersion === 'v1')
  return [...templates.flatMap(ofTemplate), ...configMaps.flatMap(ofConfigMap)]
})

function ofTemplate({ object, path: at, containers }: Template): Mention[] {
  const aliases = listOf(valueAt(object.value, [...at, 'spec', 'hostAliases'])).flatMap((alias) =>
    listOf(valueAt(alias, ['hostnames'])).filter((name) => typeof name === 'string'),
  )
  return containers.flatMap(({ path, value }) => {
    const variables = listOf(value.env).flatMap((variable, index): Mention[] => {
      const [name, text] = [valueAt(variable, ['name']), valueAt(variable, ['value'])]
      if (typeof name !== 'string' || typeof text !== 'string') return []
      return [{ object, path: [...path, 'env', index, 'value'], text, form: formOf(text), name, aliases }]
    })
    const words = ['command', 'args'].flatMap((key) =>
      listOf(value[key]).flatMap((text, index): Mention[] =>
        typeof text === 'string'
          ? [{ object, path: [...path, key, index], text, form: 'file', name: '', aliases }]
          : [],
      ),
    )
    return [...variables, ...words]
  })
}

function ofConfigMap(object: ManifestObject): Mention[] {
  const data = object.value.data
  if (!isObject(data)) return []
  return Object.entries(data).flatMap(([name, text]) =>
    typeof text === 'string' ? [{ object, path: ['data', name], text, form: formOf(text), name, aliases: [] }] : [],
  )
}

function formOf(text: string): Mention['form'] {
  return text.trim().includes('\n') ? 'file' : 'setting'
}
