// Every sentence of the page, in the reader's language. Only the chosen language is loaded; a change shows at once.
import { type Signal, signal } from '@preact/signals'
import type { Refusal } from '../../shared/errors.ts'
import { type PageStorage, readJson, writeJson } from '../ui/storage.ts'
import type { Words } from './shape.ts'

/** Languages by their own names. `tag`: BCP 47, as browsers name them. */
export const languages = [
  { tag: 'en', name: 'English' },
  { tag: 'zh', name: '中文' },
] as const
export type Language = (typeof languages)[number]['tag']

const storageName = 'scriptorium.language'
const current: Signal<Words | undefined> = signal(undefined)

/** The words as they are now. Components and effects that ask are run again when the language changes. */
export function words(): Words {
  const { value } = current
  if (value === undefined) throw new Error('no words are loaded yet')
  return value
}

/** Takes these words; for the start of the page and for tests. */
export function setWords(value: Words): void {
  current.value = value
  if (typeof document === 'undefined') return
  document.documentElement.lang = value.tag
  document.documentElement.dir = value.direction
}

/** The language that was chosen here before; `undefined` when the browser's decides. */
export function readChosenLanguage(storage: PageStorage): Language | undefined {
  const kept = readJson(storage, storageName)
  return languages.find(({ tag }) => tag === kept)?.tag
}

/** The first of a person's languages (BCP 47, dearest first) that there are words for; English when there are none. */
export function languageFor(preferred: readonly string[]): Language {
  for (const wanted of preferred) {
    const base = wanted.toLowerCase().split('-')[0]
    const found = languages.find(({ tag }) => tag === base)
    if (found !== undefined) return found.tag
  }
  return 'en'
}

/** Loads the words of the chosen language, else of the browser's. Rejects when they cannot be had. */
export async function loadWords(storage: PageStorage): Promise<void> {
  setWords(await find(readChosenLanguage(storage) ?? languageFor(navigator.languages ?? [navigator.language])))
}

/** Keeps the choice (`undefined`: the browser's language again) and shows it. Rejects when its words cannot be had. */
export async function chooseLanguage(storage: PageStorage, language: Language | undefined): Promise<void> {
  writeJson(storage, storageName, language ?? null)
  await loadWords(storage)
}

async function find(language: Language): Promise<Words> {
  switch (language) {
    case 'en':
      return (await import('./en.ts')).en
    case 'zh':
      return (await import('./zh.ts')).zh
  }
}

/** What the server refused, for a person: in the reader's language where it has a sentence, else the server's own. */
export const refusalText = ({ code, message }: Pick<Refusal, 'code' | 'message'>): string =>
  words().refusals[code] ?? message
