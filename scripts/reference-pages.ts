import { writeFileSync } from 'node:fs'
import { Command as Definition, type Option } from 'commander'
import type { Command } from '../runner/cli/command.ts'
import { commands } from '../runner/cli/commands/commands.ts'
import { scenarioJsonSchema } from '../runner/scenario/json-schema.ts'

/** The parts of a JSON Schema that the pages show. */
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

const generated = 'This page is generated: `node scripts/reference-pages.ts` writes it.'

/** Returns the generated reference pages, by file. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/scenario-keys.md': scenarioKeysPage(scenarioJsonSchema() as Schema),
  }
}

/** Lists every command with its arguments, options and examples, as `--help` prints them. */
function commandsPage(): string {
  const head = [
    '# Commands',
    wrapped(`Every command with its arguments and options, as \`crosscheck COMMAND --help\` prints them. ${generated}`),
    wrapped(
      'What holds for all of them, such as exit codes and ways to give manifests, is on [the command line](cli.md).',
    ),
  ]
  return `${[...head, ...commands.flatMap(commandSection)].join('\n\n')}\n`
}

function commandSection(command: Command): readonly string[] {
  const definition = new Definition(command.name)
  const written: string[] = []
  definition.configureOutput({ writeOut: (text) => void written.push(text) }).helpOption(false)
  command.define(definition)
  definition.outputHelp()
  const [, ...after] = written
  const arguments_ = definition.registeredArguments.map((each) => {
    const name = `${each.name()}${each.variadic ? '…' : ''}`
    return item(0, `\`${each.required ? name : `[${name}]`}\``, each.description, each.defaultValue)
  })
  const options = definition.options.map((option) =>
    item(0, `\`${option.flags}\``, option.description, shownDefault(option)),
  )
  return [
    `## ${command.name}`,
    wrapped(`${capitalized(command.summary)}.`),
    indented([command.name, ...definition.usage().split(' ')].join(' ')),
    ...(arguments_.length === 0 ? [] : [arguments_.join('\n')]),
    ...(options.length === 0 ? [] : [options.join('\n')]),
    ...after
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map(notes),
  ]
}

function indented(usage: string): string {
  return `    crosscheck ${usage}`
}

/** The text after the options in the help: paragraphs, and examples as code. */
function notes(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => {
      const [head = '', ...lines] = paragraph.split('\n')
      const isExamples = lines.length > 0 && lines.every((line) => line.startsWith('  '))
      return isExamples
        ? `${head}\n\n${lines.map((line) => `  ${line}`).join('\n')}`
        : wrapped(lines.length === 0 ? head : paragraph)
    })
    .join('\n\n')
}

function shownDefault({ defaultValue, negate }: Option): unknown {
  return negate ? undefined : defaultValue
}

/** Lists every key of a scenario with its type, bounds and default. */
function scenarioKeysPage(schema: Schema): string {
  const { metadata, spec } = schema.properties ?? {}
  const sections = Object.entries(spec?.properties ?? {}).map(
    ([key, value]) => `## spec.${key}\n\n${described(value)}${keysBelow(value, 0)}`,
  )
  return `${[
    '# Keys of a scenario',
    wrapped(
      `Every key that a scenario may have. ${generated} What the keys mean together, with examples, is on [the scenario file](scenario-file.md).`,
    ),
    `## metadata${keysBelow(metadata ?? {}, 0)}`,
    ...sections,
  ].join('\n\n')}\n`
}

function described({ description, default: standard }: Schema): string {
  return description === undefined ? '' : wrapped(`${capitalized(description)}${defaultText(standard)}`)
}

/** The keys of an object, of list items or of each alternative, as a list after an empty line. Empty if there are none. */
function keysBelow(schema: Schema, depth: number): string {
  const lines = linesBelow(schema, depth)
  return lines.length === 0 ? '' : `\n\n${lines.join('\n')}`
}

function linesBelow(schema: Schema, depth: number): readonly string[] {
  const { properties, items, additionalProperties, required = [] } = schema
  const choices = alternatives(schema)
  if (choices.length > 0)
    return [...new Set(choices.map((each) => alternativeLines(each, depth).join('\n')))].filter(Boolean)
  if (items !== undefined) return linesBelow(items, depth)
  if (typeof additionalProperties === 'object') return linesBelow(additionalProperties, depth)
  return Object.entries(properties ?? {}).flatMap(([key, value]) => {
    const must = required.includes(key) ? ', required' : ''
    const kind = value.const === undefined ? '' : `: ${shown(value.const)}`
    const head = `\`${key}${kind}\` (${typeText(value)}${must})`
    return [item(depth, head, value.description ?? '', value.default), ...linesBelow(value, depth + 1)]
  })
}

/** Lists an alternative with a constant key below that key, and any other alternative by its keys. */
function alternativeLines(schema: Schema, depth: number): readonly string[] {
  const { properties = {}, description = '' } = schema
  const [key, ...others] = Object.entries(properties)
  if (key === undefined || key[1].const === undefined || others.length === 0) return linesBelow(schema, depth)
  const rest = { ...schema, properties: Object.fromEntries(others) }
  return [item(depth, `\`${key[0]}: ${shown(key[1].const)}\``, description, undefined), ...linesBelow(rest, depth + 1)]
}

/** The alternatives of a schema, except a string that contains only a variable, which every key accepts. */
function alternatives({ anyOf = [], oneOf = [] }: Schema): readonly Schema[] {
  return [...anyOf, ...oneOf].filter(({ pattern }) => pattern !== String.raw`\$\{`)
}

function typeText(schema: Schema): string {
  const { type = 'any', items, minimum, maximum } = schema
  const choices = alternatives(schema)
  if (choices.length > 0) return [...new Set(choices.map(typeText))].join(' or ')
  if (schema.const !== undefined) return `\`${shown(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${shown(each)}\``).join(', ')
  if (type === 'array') return `list of ${items === undefined ? 'any' : typeText(items)}`
  if (type === 'object' && typeof schema.additionalProperties === 'object') return 'names with values'
  if (minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER)
    return `${minimum} to ${maximum}`
  return type === 'string' ? 'text' : type
}

function item(depth: number, head: string, description: string, standard: unknown): string {
  const indent = '  '.repeat(depth)
  const text = description === '' ? '' : `: ${description}`
  return wrapped(`${head}${text}${defaultText(standard)}`, `${indent}- `, `${indent}  `)
}

function defaultText(standard: unknown): string {
  const isNothing = standard === undefined || (typeof standard === 'object' && JSON.stringify(standard).length <= 2)
  return isNothing || standard === false ? '' : ` (default: \`${shown(standard)}\`)`
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** Wraps words to lines of at most 100 characters. Code is not split. */
function wrapped(text: string, first = '', rest = ''): string {
  const lines: string[] = []
  let line = first
  for (const word of text.match(/(?:`[^`]*`|[^\s`])+/g) ?? []) {
    const isStart = line === first || line === rest
    if (isStart || line.length + 1 + word.length <= 100) line += isStart ? word : ` ${word}`
    else {
      lines.push(line)
      line = `${rest}${word}`
    }
  }
  return [...lines, line].join('\n')
}

if (import.meta.main) for (const [file, text] of Object.entries(referencePages())) writeFileSync(file, text)
