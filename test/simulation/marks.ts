// Who typed and deleted what in one life, and what was promised about it. A text consists of marks, [1][2][3]…, each
// typed once by somebody; nobody types inside of one. Knows no provider and no server.

export type Edit = {
  typed: string[]
  deleted: string[]
  /** The provider has said that it is saved. */
  promised: boolean
  /** The browser has it. */
  kept: boolean
  /** The tab in which it was made is not there any more. */
  orphaned: boolean
  /** Nothing is promised about it any more. */
  isForgotten?: true
}

const markPattern = /\[\d+\]/g

export const marksIn = (text: string): string[] => text.match(markPattern) ?? []

export class Marks {
  readonly #edits: Edit[] = []
  readonly #typed = new Set<string>()
  /** By mark: everybody who deleted it. */
  readonly #deletions = new Map<string, Edit[]>()
  #count = 0

  get count(): number {
    return this.#count
  }

  next(): string {
    return `[${++this.#count}]`
  }

  made(typed: string[], deleted: string[]): Edit {
    const edit = { typed, deleted, promised: false, kept: false, orphaned: false }
    this.#edits.push(edit)
    for (const mark of typed) this.#typed.add(mark)
    for (const mark of deleted) this.#deletions.set(mark, [...(this.#deletions.get(mark) ?? []), edit])
    return edit
  }

  isDeleted(mark: string): boolean {
    return this.#deletions.has(mark)
  }

  /** What was typed so far may be there or not; only that there is none of it twice still counts. */
  forgetAll(): void {
    for (const edit of this.#edits)
      Object.assign(edit, { promised: false, kept: false, orphaned: true, isForgotten: true })
  }

  /** What is wrong with a text that has to hold at least what was promised; `undefined`: nothing. */
  brokenPromise(text: string): string | undefined {
    return this.#wrong(text, (edit) => edit.promised)
  }

  /** What is wrong with the text that everybody has in the end. What nobody could still know may be missing. */
  wrongAtTheEnd(text: string): string | undefined {
    return this.#wrong(text, (edit) => edit.promised || edit.kept || !edit.orphaned)
  }

  #wrong(text: string, counts: (edit: Edit) => boolean): string | undefined {
    const marks = marksIn(text)
    const there = new Set(marks)
    if (there.size < marks.length) return `twice: ${marks.filter((mark, i) => marks.indexOf(mark) !== i)}`
    if (text.replace(markPattern, '') !== '') return `torn: ${text.replace(markPattern, '')}`
    const unknown = marks.filter((mark) => !this.#typed.has(mark))
    if (unknown.length > 0) return `nobody typed ${unknown}`
    for (const edit of this.#edits) {
      if (edit.isForgotten || !counts(edit)) continue
      const lost = edit.typed.filter((mark) => !there.has(mark) && !this.#deletions.has(mark))
      if (lost.length > 0) return `lost: ${lost}`
      const undead = edit.deleted.filter((mark) => there.has(mark))
      if (undead.length > 0) return `deleted, but there: ${undead}`
    }
    return undefined
  }
}
