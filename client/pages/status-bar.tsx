// The foot of the sheet: in which language the text is, and how long it has become. Loaded beside the document.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Editor } from '../editor/editor.ts'
import { languageName } from '../editor/language-names.ts'
import { countString, countText, type TextCounts } from '../editor/text-counts.ts'
import { Menu } from '../ui/menu.tsx'
import { words } from '../words/words.ts'
import type { DocumentSession } from './document-session.ts'
import type { DocumentView } from './document-view.ts'
import '../styles/status.css'

type StatusProps = { session: DocumentSession; view: DocumentView }
type Counts = { all: TextCounts; selected: TextCounts | undefined }

const restMs = 150
/** Of a selection; a longer one is as good as the whole text. UTF-16 units. */
const selectionMax = 1_000_000

export function StatusBar({ session, view }: StatusProps): JSX.Element | null {
  const editor = session.editor.value
  const counts = useCounts(editor)
  if (editor === undefined || counts === undefined) return null
  const say = words().status
  const name = languageName(session.language.value)
  const short = counts.selected ? say.selected(counts.selected.words) : say.words(counts.all.words)
  const canChange = session.role.value !== 'view' && session.status.value !== 'refused'
  return (
    <section class="status-bar" aria-label={say.label}>
      {canChange ? (
        <button
          type="button"
          class="status-item"
          aria-label={say.language(name)}
          onClick={() => {
            view.dialog.value = 'language'
          }}
        >
          {name}
        </button>
      ) : (
        <span class="status-item">{name}</span>
      )}
      <Menu
        id="count-menu"
        className="count-card"
        placement="above"
        label={say.counts(short)}
        buttonClass="status-item"
        button={short}
      >
        {() => <CountTable counts={counts} />}
      </Menu>
    </section>
  )
}

function CountTable({ counts: { all, selected } }: { counts: Counts }): JSX.Element {
  const say = words().status
  const facts = (title: string, { words: count, characters, lines }: TextCounts) => (
    <section>
      <h2>{title}</h2>
      <ul>
        <li>{say.words(count)}</li>
        <li>{say.characters(characters)}</li>
        <li>{say.lines(lines)}</li>
      </ul>
    </section>
  )
  return (
    <>
      {selected && facts(say.selection, selected)}
      {facts(say.all, all)}
    </>
  )
}

/** Counted when the text rests for a moment: never while somebody types. */
function useCounts(editor: Editor | undefined): Counts | undefined {
  const [counts, setCounts] = useState<Counts>()
  useEffect(() => {
    if (editor === undefined) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const count = () => {
      timer = undefined
      setCounts(countsOf(editor))
    }
    count()
    const stop = editor.onUpdate(({ docChanged, selectionSet }) => {
      if (docChanged || selectionSet) timer ??= setTimeout(count, restMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [editor])
  return counts
}

function countsOf({ view: { state } }: Editor): Counts {
  const ranges = state.selection.ranges.filter(({ empty }) => !empty)
  const length = ranges.reduce((sum, { from, to }) => sum + to - from, 0)
  if (length === 0 || length > selectionMax) return { all: countText(state.doc), selected: undefined }
  const selected = { words: 0, characters: 0, lines: 0 }
  for (const { from, to } of ranges) {
    const { words: count, characters } = countString(state.sliceDoc(from, to))
    selected.words += count
    selected.characters += characters
    selected.lines += state.doc.lineAt(to).number - state.doc.lineAt(from).number + 1
  }
  return { all: countText(state.doc), selected }
}
