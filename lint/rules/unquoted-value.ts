import type { Edit, Rule } from '../rule.ts'
import { valueAt } from '../templates.ts'
import { textFieldsIn } from '../text-fields.ts'

/** YAML reads `off` and `yes` as booleans and 5432 as a number. The API server requires strings here and rejects them. */
export const unquotedValue: Rule = {
  id: 'unquoted-value',
  severity: 'error',
  summary: 'a number or a boolean where a label, a selector, a variable or a ConfigMap must have a text',
  restsOnPresence: true,
  *find(context) {
    for (const { object, path } of textFieldsIn(context)) {
      const value = valueAt(object.value, path)
      if (typeof value !== 'number' && typeof value !== 'boolean') continue
      const place = object.at(path)
      const written = object.at.written?.(path)
      const edit: Edit[] =
        place === undefined || written === undefined
          ? []
          : [{ place, ways: [{ old: written, replacement: `"${written}"` }] }]
      const message = `YAML reads the ${typeof value} ${value} here, and the API server takes texts only`
      yield { object, path, message, fix: `write "${written ?? value}" with quotes`, edits: edit }
    }
  },
}
