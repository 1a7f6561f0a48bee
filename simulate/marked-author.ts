// Somebody who types without end: random edits, each with a mark, told to the audit when made and when saved.
import type { Provider } from '../client/sync/index.ts'
import { textName } from '../shared/protocol.ts'
import { type Audit, type Edit, marksIn } from './audit.ts'
import { pause, type Random } from './random.ts'

/** How somebody writes. Lengths in UTF-16 units. */
export type Habits = {
  /** `typing`: at one's own cursor, a few letters at a time. `paste`: pieces of pages anywhere. `mixed`: both. */
  workload: 'typing' | 'paste' | 'mixed'
  editsPerSecond: number
  /** Above this length of the document an author deletes a piece of `tidyRange`: an edit and an audit read all of it. */
  tidyLength: number
  tidyRange: number
}

const restless: Habits = { workload: 'mixed', editsPerSecond: 33, tidyLength: 30_000, tidyRange: 12_000 }

/** Hears what an author does, for measurements and logs. */
export type AuthorListener = {
  made?(edit: Edit): void
  saved?(edit: Edit, afterMs: number): void
}

export class MarkedAuthor {
  provider: Provider
  readonly number: number
  private readonly random: Random
  private readonly audit: Audit
  private readonly habits: Habits
  private readonly listener: AuthorListener
  private edits = 0
  private lastMark = ''
  private unsaved = new Map<Edit, number>()
  /** Made since the page said "Saved" last. */
  private unshown: Edit[] = []
  private typing: Promise<void> | undefined
  private isTyping = false

  /** `number`: unique among the authors of a document. */
  constructor(
    number: number,
    provider: Provider,
    random: Random,
    audit: Audit,
    habits: Habits = restless,
    listener: AuthorListener = {},
  ) {
    this.number = number
    this.provider = provider
    this.random = random
    this.audit = audit
    this.habits = habits
    this.listener = listener
  }

  get text(): string {
    return this.provider.doc.getText(textName).toString()
  }

  /** Edits whose saving has not been heard of. */
  get unsavedCount(): number {
    return this.unsaved.size
  }

  /** The page says "Saved" now: everything made so far is promised. */
  seesSaved(): void {
    for (const edit of this.unshown) this.audit.shownAsSaved(edit)
    this.unshown = []
  }

  /** Goes on with what another provider brought back of this author's text, which is `whenLoaded`. */
  goOnWith(provider: Provider): void {
    this.provider = provider
    const brought = [...this.unsaved.keys()]
    this.whenSaved(brought)
  }

  /** One random edit, in one transaction. */
  edit(): void {
    const { random, habits } = this
    if (this.provider.doc.getText(textName).length > habits.tidyLength) this.change(habits.tidyRange, 0)
    else if (habits.workload === 'typing') this.type()
    else if (habits.workload === 'paste') this.paste()
    else if (random.chance(0.5)) this.type()
    else this.paste()
  }

  /** Deletes what stands somewhere, and types nothing. */
  erase(): void {
    this.change(this.random.between(20, 60), 0)
  }

  /** Types at a person's uneven pace until `stop`. */
  start(): void {
    if (this.isTyping) return
    this.isTyping = true
    this.typing = this.go()
  }

  async stop(): Promise<void> {
    this.isTyping = false
    await this.typing
  }

  private async go(): Promise<void> {
    const { random } = this
    const pauseMs = 1_000 / this.habits.editsPerSecond
    while (this.isTyping) {
      // Sometimes several within one frame; the pauses make up for it.
      const burst = random.chance(0.2) ? 3 : 1
      for (let i = burst; i > 0; i--) this.edit()
      await pause(Math.round((pauseMs * random.between(20, 252)) / 100))
    }
  }

  /** A few letters behind what was typed last, or a few taken back there. */
  private type(): void {
    const { random } = this
    const kind = random.below(20)
    if (kind < 16) this.change(0, random.between(1, 12), true)
    else if (kind < 19) this.change(random.between(1, 40), 0, true)
    else this.change(random.between(1, 20), random.between(1, 12))
  }

  private paste(): void {
    const { random, habits } = this
    const kind = random.below(20)
    if (kind < 9) this.change(0, random.between(1, 12))
    else if (kind < 12) this.change(random.between(1, 80), 0)
    else if (kind < 19) this.change(random.between(1, 40), random.between(1, 20))
    else this.change(0, random.between(Math.round(habits.tidyLength / 30), Math.round(habits.tidyLength / 8)))
  }

  /** Replaces up to `removed` units by a mark and `added` units; 0 added is a deletion, without a mark. */
  private change(removed: number, added: number, atOwnPlace = false): void {
    const content = this.provider.doc.getText(textName)
    const text = content.toString()
    const place = (atOwnPlace ? this.ownPlace(text) : undefined) ?? this.random.below(text.length + 1)
    // At one's own place it is what stands before the cursor that goes.
    const at = atOwnPlace && added === 0 ? Math.max(0, place - removed) : place
    const from = outsideMark(text, at)
    const to = outsideMark(text, Math.min(text.length, Math.max(from, at + removed)))
    if (added === 0 && to === from) return
    const typed = added > 0 ? `⟦${this.number}-${++this.edits}⟧` : undefined
    const edit: Edit = { typed, deleted: to > from ? marksIn(text.slice(from, to)) : [] }
    if (typed !== undefined) this.lastMark = typed
    this.audit.made(edit)
    this.unsaved.set(edit, performance.now())
    this.unshown.push(edit)
    this.provider.doc.transact(() => {
      if (to > from) content.delete(from, to - from)
      if (typed !== undefined) content.insert(from, typed + this.random.words(added))
    })
    this.listener.made?.(edit)
    this.whenSaved([edit])
  }

  /** Behind the last mark and what was typed with it; `undefined` when it is gone. */
  private ownPlace(text: string): number | undefined {
    const at = this.lastMark === '' ? -1 : text.lastIndexOf(this.lastMark)
    if (at === -1) return undefined
    const behind = at + this.lastMark.length
    const next = text.indexOf('⟦', behind)
    return Math.min(next === -1 ? text.length : next, behind + 12)
  }

  private whenSaved(edits: Edit[]): void {
    const { provider } = this
    provider.whenSaved().then(
      () => {
        for (const edit of edits) {
          const madeAt = this.unsaved.get(edit)
          this.audit.acknowledged(edit)
          this.unsaved.delete(edit)
          if (madeAt !== undefined) this.listener.saved?.(edit, performance.now() - madeAt)
        }
      },
      // A refusal for good; who runs this looks at the provider's status.
      () => undefined,
    )
  }
}

/** The same place, or when that is inside of a mark, the place behind it. */
function outsideMark(text: string, at: number): number {
  const open = at === 0 ? -1 : text.lastIndexOf('⟦', at - 1)
  if (open === -1) return at
  const close = text.indexOf('⟧', open)
  return close >= at ? close + 1 : at
}
