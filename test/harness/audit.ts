// Who typed what, and what the server has promised: every edit carries a mark of its own, so that any text can be
// compared with the promises afterwards. Knows no provider and no server.
import { expect } from 'vitest'

/** e.g. ⟦3-17⟧: the 17th edit of author 3. Nobody types inside of one or deletes part of one. */
export type Mark = string

/** One edit: the mark it typed, if any, and the marks it deleted. */
export type Edit = { typed: Mark | undefined; deleted: Mark[] }

const markPattern = /⟦\d+-\d+⟧/g

/** All marks in a text, in order. */
export const marksIn = (text: string): Mark[] => text.match(markPattern) ?? []

/** What was promised up to one moment. */
export type Promises = { typed: ReadonlySet<Mark>; deleted: ReadonlySet<Mark> }

export class Audit {
  private readonly typed = new Set<Mark>()
  private readonly deleted = new Set<Mark>()
  private readonly acknowledgedTyped = new Set<Mark>()
  private readonly acknowledgedDeleted = new Set<Mark>()

  /** Somebody did this, in their own copy. */
  made({ typed, deleted }: Edit): void {
    if (typed !== undefined) this.typed.add(typed)
    for (const mark of deleted) this.deleted.add(mark)
  }

  /** Their provider has said that it is saved. */
  acknowledged({ typed, deleted }: Edit): void {
    if (typed !== undefined) this.acknowledgedTyped.add(typed)
    for (const mark of deleted) this.acknowledgedDeleted.add(mark)
  }

  get acknowledgedCount(): number {
    return this.acknowledgedTyped.size
  }

  get typedCount(): number {
    return this.typed.size
  }

  /** A copy of what is promised now; edits go on meanwhile. */
  promises(): Promises {
    return { typed: new Set(this.acknowledgedTyped), deleted: new Set(this.acknowledgedDeleted) }
  }

  /** Fails unless everything in `promises` is true of a text that was read after they were made. */
  expectKept(text: string, promises: Promises, where: string): void {
    const there = this.expectWhole(text, where)
    const lost = [...promises.typed].filter((mark) => !there.has(mark) && !this.deleted.has(mark))
    expect(lost, `acknowledged and not deleted, but missing ${where}`).toEqual([])
    const undead = [...promises.deleted].filter((mark) => there.has(mark))
    expect(undead, `deleted and acknowledged, but back ${where}`).toEqual([])
  }

  /** Fails unless the text is what is left when everybody is done: every mark that was typed and not deleted, once. */
  expectFinal(text: string, where: string): void {
    const there = this.expectWhole(text, where)
    const left = [...this.typed].filter((mark) => !this.deleted.has(mark))
    expect([...there].sort(), `the marks ${where}`).toEqual(left.sort())
  }

  private expectWhole(text: string, where: string): Set<Mark> {
    const marks = marksIn(text)
    const there = new Set(marks)
    const twice = marks.filter((mark, i) => marks.indexOf(mark) !== i)
    expect(twice, `marks that stand more than once ${where}`).toEqual([])
    const unknown = marks.filter((mark) => !this.typed.has(mark))
    expect(unknown, `marks that nobody typed ${where}`).toEqual([])
    expect(text.replace(markPattern, ''), `torn marks ${where}`).not.toMatch(/[⟦⟧]/)
    return there
  }
}
