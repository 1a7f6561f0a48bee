// Somebody who types without end: random edits, each with a mark, told to the audit when made and when saved.
import type { Provider } from '../../client/sync/index.ts'
import { textName } from '../../shared/protocol.ts'
import { type Audit, type Edit, marksIn } from './audit.ts'
import { pause, type Random } from './random.ts'

/** Above this many UTF-16 units an author deletes a large piece: audits read the whole text. */
const tidyLength = 30_000
const tidyRange = 12_000

export class MarkedAuthor {
  provider: Provider
  private readonly number: number
  private readonly random: Random
  private readonly audit: Audit
  private edits = 0
  private unsaved = new Set<Edit>()
  private typing: Promise<void> | undefined
  private isTyping = false

  /** `number`: unique among the authors of a document. */
  constructor(number: number, provider: Provider, random: Random, audit: Audit) {
    this.number = number
    this.provider = provider
    this.random = random
    this.audit = audit
  }

  get text(): string {
    return this.provider.doc.getText(textName).toString()
  }

  /** Goes on with what another provider brought back of this author's text, which is `whenLoaded`. */
  goOnWith(provider: Provider): void {
    this.provider = provider
    const brought = [...this.unsaved]
    this.whenSaved(brought)
  }

  /** One random edit, in one transaction. */
  edit(): void {
    const { random } = this
    const kind = random.below(20)
    if (this.text.length > tidyLength) this.change(tidyRange, 0)
    else if (kind < 11) this.change(0, random.between(1, 12))
    else if (kind < 14) this.change(random.between(1, 80), 0)
    else if (kind < 19) this.change(random.between(1, 40), random.between(1, 20))
    else this.change(0, random.between(1_000, 4_000))
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
    while (this.isTyping) {
      // Sometimes several within one frame.
      for (let i = this.random.chance(0.2) ? 3 : 1; i > 0; i--) this.edit()
      await pause(this.random.between(1, 60))
    }
  }

  /** Replaces up to `removed` units by a mark and `added` units; 0 added is a deletion, without a mark. */
  private change(removed: number, added: number): void {
    const content = this.provider.doc.getText(textName)
    const text = content.toString()
    const from = outsideMark(text, this.random.below(text.length + 1))
    const to = outsideMark(text, Math.min(text.length, from + removed))
    const typed = added > 0 ? `⟦${this.number}-${++this.edits}⟧` : undefined
    const edit: Edit = { typed, deleted: marksIn(text.slice(from, to)) }
    this.audit.made(edit)
    this.unsaved.add(edit)
    this.provider.doc.transact(() => {
      if (to > from) content.delete(from, to - from)
      if (typed !== undefined) content.insert(from, typed + this.random.words(added))
    })
    this.whenSaved([edit])
  }

  private whenSaved(edits: Edit[]): void {
    const { provider } = this
    provider.whenSaved().then(
      () => {
        for (const edit of edits) {
          this.audit.acknowledged(edit)
          this.unsaved.delete(edit)
        }
      },
      // A refusal for good; the test looks at the provider's status.
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
