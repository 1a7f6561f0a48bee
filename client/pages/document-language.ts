// The language a document is shown in: loaded as the setting says, the newest choice wins.

import type { Extension } from '@codemirror/state'
import { effect } from '@preact/signals'
import { loadLanguage } from '../editor/highlighting.ts'
import type { DocumentSession } from './document-session.ts'

/** Longer than a language takes that is on its way already, shorter than anybody waits. */
const waitMs = 300

/** This value, when it is time not to wait any longer. */
export const late = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), waitMs))

export class DocumentLanguage {
  private readonly session: DocumentSession
  private shown = 'text'

  constructor(session: DocumentSession) {
    this.session = session
  }

  /** The language as it is now, or none when it takes long: `follow` brings it then. */
  async firstOrSoon(): Promise<Extension> {
    const wanted = this.session.language.peek()
    const language = await Promise.race([loadLanguage(wanted).catch(() => undefined), late(undefined)])
    if (language !== undefined) this.shown = wanted
    return language ?? []
  }

  /** Calls back with each language from now on, the first time if it is not what `firstOrSoon` gave. */
  follow(show: (language: Extension) => void): () => void {
    return effect(() => {
      const wanted = this.session.language.value
      if (wanted === this.shown) return
      this.shown = wanted
      loadLanguage(wanted).then(
        (language) => this.shown === wanted && show(language),
        () => this.session.options.events.languageMissing(),
      )
    })
  }
}
