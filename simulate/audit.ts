// Who typed what, and what the server has promised: every edit carries a mark of its own, so that any text can be
// compared with the promises afterwards. Knows no provider and no server.
import { type Mark, MarkSet } from './mark-set.ts'

export type { Mark } from './mark-set.ts'

/** One edit: the mark it typed, if any, and the marks it deleted. */
export type Edit = { typed: Mark | undefined; deleted: Mark[] }

/** Something about a text that must not be. `marks`: those concerned, in the order of the audit. */
export type Finding = { kind: FindingKind; marks: Mark[] }

const findingKinds = {
  lost: 'acknowledged and not deleted, but missing',
  'lost-though-saved': 'shown as saved and not deleted, but missing',
  back: 'deleted and acknowledged, but back',
  twice: 'standing more than once',
  unknown: 'that nobody typed',
  torn: 'torn apart',
  missing: 'typed and not deleted, but missing in the end',
  left: 'deleted, but there in the end',
} as const
export type FindingKind = keyof typeof findingKinds

const markPattern = /⟦\d+-\d+⟧/g

/** All marks in a text, in order. */
export const marksIn = (text: string): Mark[] => text.match(markPattern) ?? []

/** Whether a text has brackets that are no mark: then nobody could tell which marks were torn. */
export const hasTornMarks = (text: string): boolean => /[⟦⟧]/.test(text.replace(markPattern, ''))

/** What was promised up to one moment: everything that was acknowledged as one of the first `upTo`. */
export type Promises = { upTo: number }

/** What is known of a mark. The numbers say as which promise something was made; absent: not yet. */
type Life = {
  isTyped: boolean
  typedAs?: number
  shownAs?: number
  isDeleted: boolean
  deletedAs?: number
}

export class Audit {
  private readonly lives = new Map<Mark, Life>()
  /** Those of whom nothing is to be remembered but that they must not come back. */
  private readonly settled = new MarkSet()
  private settledUpTo = 0
  private promised = 0
  private acknowledged_ = 0

  /** Somebody did this, in their own copy. */
  made({ typed, deleted }: Edit): void {
    if (typed !== undefined) this.lifeOf(typed).isTyped = true
    for (const mark of deleted) this.lifeOf(mark).isDeleted = true
  }

  /** Their provider has said that it is saved. */
  acknowledged({ typed, deleted }: Edit): void {
    const as = ++this.promised
    if (typed !== undefined) {
      this.lifeOf(typed).typedAs ??= as
      this.acknowledged_++
    }
    for (const mark of deleted) this.lifeOf(mark).deletedAs ??= as
  }

  /** The page said "Saved" after this edit was made. */
  shownAsSaved({ typed }: Edit): void {
    if (typed !== undefined) this.lifeOf(typed).shownAs ??= ++this.promised
  }

  get acknowledgedCount(): number {
    return this.acknowledged_
  }

  get typedCount(): number {
    return this.settled.size + this.count(({ isTyped }) => isTyped)
  }

  /** Marks that somebody has deleted, acknowledged or not. */
  get deletedCount(): number {
    return this.settled.size + this.count(({ isDeleted }) => isDeleted)
  }

  /** What is promised now; edits go on meanwhile. */
  promises(): Promises {
    return { upTo: this.promised }
  }

  /**
   * Takes little memory, and no time at the next reading, for what was typed, deleted and both acknowledged as one of these.
   * Promises that were made before them say nothing any more of whether it is back.
   */
  settle({ upTo }: Promises): void {
    for (const [mark, { typedAs, deletedAs }] of this.lives) {
      if (typedAs === undefined || deletedAs === undefined || Math.max(typedAs, deletedAs) > upTo) continue
      this.lives.delete(mark)
      this.settled.add(mark)
    }
    this.settledUpTo = Math.max(this.settledUpTo, upTo)
  }

  /** What is not true, of `promises`, about a text that was read after they were made. */
  kept(text: string, { upTo }: Promises): Finding[] {
    const there = new Set(marksIn(text))
    const [lost, lostThoughSaved]: [Mark[], Mark[]] = [[], []]
    const back = upTo < this.settledUpTo ? [] : this.settledIn(there)
    for (const [mark, { typedAs, shownAs, isDeleted, deletedAs }] of this.lives) {
      if (there.has(mark)) {
        if (deletedAs !== undefined && deletedAs <= upTo) back.push(mark)
      } else if (!isDeleted) {
        if (typedAs !== undefined && typedAs <= upTo) lost.push(mark)
        if (shownAs !== undefined && shownAs <= upTo) lostThoughSaved.push(mark)
      }
    }
    return found({ lost, 'lost-though-saved': lostThoughSaved, back, ...this.oddities(text) })
  }

  /** What is wrong with a text that is left when everybody is done: every mark that was typed and not deleted, once. */
  final(text: string): Finding[] {
    const there = new Set(marksIn(text))
    const missing: Mark[] = []
    const left = this.settledIn(there)
    for (const [mark, { isTyped, isDeleted }] of this.lives) {
      if (isDeleted && there.has(mark)) left.push(mark)
      if (isTyped && !isDeleted && !there.has(mark)) missing.push(mark)
    }
    return found({ missing, left, ...this.oddities(text) })
  }

  private oddities(text: string): { twice: Mark[]; unknown: Mark[]; torn: Mark[] } {
    const seen = new Set<Mark>()
    const twice: Mark[] = []
    for (const mark of marksIn(text)) {
      if (seen.has(mark)) twice.push(mark)
      seen.add(mark)
    }
    const unknown = [...seen].filter((mark) => this.lives.get(mark)?.isTyped !== true && !this.settled.has(mark))
    const torn = text.replace(markPattern, '').match(/[^\s⟦⟧]{0,6}[⟦⟧][^\s⟦⟧]{0,6}/g) ?? []
    return { twice, unknown, torn: [...torn] }
  }

  private settledIn(marks: Iterable<Mark>): Mark[] {
    return [...marks].filter((mark) => this.settled.has(mark))
  }

  private count(which: (life: Life) => boolean): number {
    let count = 0
    for (const life of this.lives.values()) if (which(life)) count++
    return count
  }

  private lifeOf(mark: Mark): Life {
    let life = this.lives.get(mark)
    if (life === undefined) {
      life = { isTyped: false, isDeleted: false }
      // What is heard late of one that is settled changes nothing.
      if (!this.settled.has(mark)) this.lives.set(mark, life)
    }
    return life
  }
}

function found(marks: Partial<Record<FindingKind, Mark[]>>): Finding[] {
  return (Object.keys(marks) as FindingKind[])
    .map((kind) => ({ kind, marks: marks[kind] ?? [] }))
    .filter((finding) => finding.marks.length > 0)
}

/** A finding in words, with a few of its marks. */
export function describeFinding({ kind, marks }: Finding, shown = 5): string {
  const more = marks.length > shown ? ` and ${marks.length - shown} more` : ''
  return `${marks.length} ${findingKinds[kind]}: ${marks.slice(0, shown).join(' ')}${more}`
}
