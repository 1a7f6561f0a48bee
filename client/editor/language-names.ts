// What languages call themselves. Their ids are shared/settings.
import { type Language, languages } from '../../shared/settings.ts'
import { words } from '../words/words.ts'

/** Only where the id is not the name in lower case. */
const names: Partial<Record<Language, string>> = {
  cpp: 'C++',
  csharp: 'C#',
  css: 'CSS',
  html: 'HTML',
  ini: 'INI',
  javascript: 'JavaScript',
  json: 'JSON',
  jsx: 'JSX',
  latex: 'LaTeX',
  nginx: 'nginx',
  ocaml: 'OCaml',
  php: 'PHP',
  powershell: 'PowerShell',
  scss: 'SCSS',
  sql: 'SQL',
  toml: 'TOML',
  tsx: 'TSX',
  typescript: 'TypeScript',
  xml: 'XML',
  yaml: 'YAML',
}

export function languageName(id: Language): string {
  if (id === 'text') return words().status.plainText
  return names[id] ?? id.charAt(0).toUpperCase() + id.slice(1)
}

/** Markdown and plain text first, the others by name. */
export const languagesByName = (): readonly Language[] => {
  const [first, second, ...others] = languages
  return [first, second, ...others.toSorted((a, b) => languageName(a).localeCompare(languageName(b)))]
}
