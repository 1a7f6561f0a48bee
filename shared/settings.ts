// What is set for a whole document, the same for everybody in it. Page and server both check against these lists.

/**
 * Languages of a document's text by their short ids. All but `text` (nothing is highlighted) are names or aliases in
 * CodeMirror's language list, so that a page finds its package by them.
 */
export const languages = [
  'markdown',
  'text',
  'c',
  'clojure',
  'cpp',
  'csharp',
  'css',
  'dart',
  'diff',
  'dockerfile',
  'elm',
  'erlang',
  'go',
  'groovy',
  'haskell',
  'html',
  'ini',
  'java',
  'javascript',
  'json',
  'jsx',
  'julia',
  'kotlin',
  'latex',
  'less',
  'lua',
  'nginx',
  'ocaml',
  'pascal',
  'perl',
  'php',
  'powershell',
  'python',
  'r',
  'ruby',
  'rust',
  'scala',
  'scheme',
  'scss',
  'shell',
  'sql',
  'swift',
  'toml',
  'tsx',
  'typescript',
  'vue',
  'xml',
  'yaml',
] as const
export type Language = (typeof languages)[number]

/** `title`: one line, cleaned, at most titleLengthMax; empty when none was given. */
export type Settings = { title: string; language: Language }

export const defaultSettings: Settings = { title: '', language: 'markdown' }

/** `undefined` for what is not in the list. */
export function parseLanguage(value: unknown): Language | undefined {
  return languages.find((language) => language === value)
}
