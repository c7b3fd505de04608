import { globSync, readFileSync } from 'node:fs'

/** Every page of the repository, by its path from the root. */
export const pages: ReadonlyMap<string, string> = new Map(
  globSync(['*.md', '{docs,scenarios,deploy,bench}/**/*.md']).map((file) => [file, readFileSync(file, 'utf8')]),
)

/** Sources, tests and configuration: whatever may name a page. */
export const sources: ReadonlyMap<string, string> = new Map(
  globSync([
    '{checks,policy,probe,fabric,lab,lint,runner,bench,scripts,test,bin}/**/*.{ts,js,sh}',
    '{deploy,.github}/**/*.{yaml,yml}',
    '{Dockerfile,action.yml,kind-config.yaml,.ci/*}',
  ]).map((file) => [file, readFileSync(file, 'utf8')]),
)

/** A page without its blocks of code, whose lines are emptied so that numbers of lines stay. */
export function withoutCode(text: string): string {
  const emptied = text.replace(/^```[^\n]*\n.*?^```$/gms, (block) => block.replaceAll(/[^\n]+/g, ''))
  return emptied.replaceAll(/^ {4}(?! *[-*] ).*$/gm, '')
}

/** The anchors of a page as GitHub makes them from its headings, and those that it gives itself. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading))
  const given = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)
  return new Set([...headings, ...given])
}

function slug(heading: string): string {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
  return plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-')
}
