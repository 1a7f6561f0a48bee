// The chat of one document: whether every line can be read, and every note of what was sent leads to its line.
import type { Entry, SetAside } from './findings.ts'

/** What a line must have to be shown; everything else of it is the chat's business. */
type Line = { n: number; id: string; personId: string; text: string }

export class ChatExamination {
  lines = 0
  /** Who sent a number under which id. */
  readonly #sent = new Map<number, string>()
  readonly #retries: { entry: Entry; sent: string; n: number }[] = []
  readonly #bad: SetAside[] = []

  /** `entry`: one of kind `chat` or `chat-private`; the last part of its key is the line's number. */
  takeLine(entry: Entry): void {
    this.lines++
    const line = parseLine(entry.value)
    if (line === undefined || line.n !== entry.parts.at(-1))
      this.#bad.push({ entry, why: 'a chat line cannot be read' })
    else this.#sent.set(line.n, `${line.personId} ${line.id}`)
  }

  /** `entry`: of kind `chat-id`; person, id of the message, and in its value the number that it got. */
  takeRetry(entry: Entry): void {
    const [, , , personId, id] = entry.parts
    this.#retries.push({ entry, sent: `${personId} ${id}`, n: Number(Buffer.from(entry.value).toString()) })
  }

  finish(): SetAside[] {
    const astray = this.#retries
      .filter(({ sent, n }) => this.#sent.get(n) !== sent)
      .map(({ entry }) => ({ entry, why: 'a sent chat line is not there' }))
    return [...this.#bad, ...astray]
  }
}

function parseLine(value: Uint8Array): Line | undefined {
  try {
    const line = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) as Partial<Line> | null
    const isLine =
      typeof line?.n === 'number' &&
      typeof line.id === 'string' &&
      typeof line.personId === 'string' &&
      typeof line.text === 'string'
    return isLine ? (line as Line) : undefined
  } catch {
    return undefined
  }
}
