// A text file becomes text of the document: read with progress, checked, cleaned, and put in as one change.
import { type Signal, signal } from '@preact/signals'
import { limits } from '../../shared/limits.ts'
import { cleanLine } from '../../shared/names.ts'
import type { Language } from '../../shared/settings.ts'
import { cleanText } from '../../shared/text.ts'
import type { DocumentSession } from '../pages/document-session.ts'
import type { Toasts } from '../ui/toasts.tsx'
import { words } from '../words/words.ts'

/** A file on its way; `share`: how much of it was read, 0–1. */
export type Importing = { name: string; share: number; cancel: () => void }

/** What is being imported into a session, for whoever shows it. One at a time. */
export const importing: Signal<Importing | undefined> = signal(undefined)

/** Lets the person choose a file, and imports it at the cursor. */
export function chooseFile(session: DocumentSession, toasts: Toasts): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.accept = 'text/*,.md,.markdown,.txt,.csv,.json,.yaml,.yml,.toml,.xml,.html,.css,.js,.ts,.py,.rs,.go,.java,.tex'
  input.addEventListener('change', () => {
    const [file] = input.files ?? []
    if (file !== undefined) void importFile(file, session, toasts)
  })
  input.click()
}

/** At the place where it was dropped, UTF-16 offset. */
export function importDropped(files: readonly File[], at: number, session: DocumentSession, toasts: Toasts): void {
  const [file] = files
  if (files.length > 1) toasts.show(words().files.oneAtATime)
  else if (file !== undefined) void importFile(file, session, toasts, at)
}

async function importFile(file: File, session: DocumentSession, toasts: Toasts, at?: number): Promise<void> {
  const say = words().files
  const name = cleanLine(file.name, fileNameLengthMax) || say.document
  const editor = session.editor.peek()
  if (editor === undefined || editor.view.state.readOnly) return toasts.show(say.readOnly)
  if (importing.peek() !== undefined) return toasts.show(say.oneAtATime)
  if (file.size > limits.stateBytesMax) {
    const max = words().files.characters(limits.textLengthMax.toLocaleString(words().locale))
    return toasts.show(say.tooLarge(name, megabytes(file.size), max))
  }
  const bytes = await read(file, name)
  if (bytes === undefined) return
  if (bytes === 'unreadable') return toasts.show(say.unreadable(name))
  const decoded = decode(bytes)
  if (decoded === undefined) return toasts.show(say.notText(name))
  const text = cleanText(decoded)
  const { view } = editor
  if (view.state.doc.length + text.length > limits.textLengthMax) return toasts.show(say.noRoom(name))
  const wasEmpty = view.state.doc.length === 0
  const { from, to } = at === undefined ? view.state.selection.main : { from: at, to: at }
  const place = { from: Math.min(from, view.state.doc.length), to: Math.min(to, view.state.doc.length) }
  view.dispatch({
    changes: { ...place, insert: text },
    selection: { anchor: wasEmpty ? 0 : place.from + text.length },
    userEvent: 'input.paste',
    scrollIntoView: true,
  })
  editor.focus()
  const language = languageOf(file.name)
  if (wasEmpty && language !== undefined && language !== session.language.peek()) {
    // A refused change of language is no reason to lose the text, which is there already.
    session.provider.setSettings({ language }).catch(() => undefined)
  }
  toasts.show(say.imported(name, say.characters(text.length.toLocaleString(words().locale))))
}

const fileNameLengthMax = 60
const megabytes = (bytes: number) => words().files.megabytes((bytes / 1_000_000).toFixed(1))

/** `undefined` when the person thought better of it. */
function read(file: File, name: string): Promise<Uint8Array | 'unreadable' | undefined> {
  const reader = new FileReader()
  importing.value = { name, share: 0, cancel: () => reader.abort() }
  return new Promise<Uint8Array | 'unreadable' | undefined>((resolve) => {
    reader.onprogress = ({ loaded, total }) => {
      const { value } = importing
      if (value !== undefined && total > 0) importing.value = { ...value, share: loaded / total }
    }
    reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer))
    reader.onerror = () => resolve('unreadable')
    reader.onabort = () => resolve(undefined)
    reader.readAsArrayBuffer(file)
  }).finally(() => {
    importing.value = undefined
  })
}

/** UTF-8, UTF-16 with its mark, or else Western; `undefined` for what is no text. */
export function decode(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes
  const utf16 =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined
  if (utf16 !== undefined) return new TextDecoder(utf16).decode(bytes)
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const controls = bytes.reduce((count, byte) => count + (byte < 9 || (byte > 13 && byte < 32) ? 1 : 0), 0)
    // Text of any old encoding has hardly any; pictures and programs have many.
    return controls * 100 > bytes.length ? undefined : new TextDecoder('windows-1252').decode(bytes)
  }
}

const endings: Record<string, Language> = {
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
  c: 'c',
  h: 'c',
  cpp: 'cpp',
  cs: 'csharp',
  css: 'css',
  dart: 'dart',
  go: 'go',
  hs: 'haskell',
  html: 'html',
  ini: 'ini',
  java: 'java',
  js: 'javascript',
  mjs: 'javascript',
  json: 'json',
  jsx: 'jsx',
  jl: 'julia',
  kt: 'kotlin',
  tex: 'latex',
  less: 'less',
  lua: 'lua',
  php: 'php',
  pl: 'perl',
  ps1: 'powershell',
  py: 'python',
  r: 'r',
  rb: 'ruby',
  rs: 'rust',
  scala: 'scala',
  scss: 'scss',
  sh: 'shell',
  sql: 'sql',
  swift: 'swift',
  toml: 'toml',
  ts: 'typescript',
  tsx: 'tsx',
  vue: 'vue',
  xml: 'xml',
  yaml: 'yaml',
  yml: 'yaml',
}

/** By the ending of a file's name; `undefined` for one that says nothing. */
export function languageOf(name: string): Language | undefined {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  return Object.hasOwn(endings, ending) ? endings[ending] : undefined
}
