// Where a chat line is written: for all or for one person, with a piece of the text or without. Enter sends, Shift+Enter
// makes a new line, @ offers names.
import type { JSX } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { limits } from '../../shared/limits.ts'
import type { ActionTools } from '../actions/actions.ts'
import { labelOf } from '../pages/people.ts'
import { CloseIcon, QuoteIcon, SendIcon } from '../ui/icons.tsx'
import { words } from '../words/words.ts'
import { quoteSelection } from './chat-quote.ts'
import { mentionAt, namesLike } from './chat-text.ts'
import { RecipientChoice } from './recipient-choice.tsx'
import '../styles/composer.css'

const heightMax = 132

export function Composer({ tools, onSent }: { tools: ActionTools; onSent: () => void }): JSX.Element {
  const { session } = tools
  const { draft, recipient, quote } = session.chat
  const [text, setText] = useState(draft.peek())
  const field = useRef<HTMLTextAreaElement>(null)
  const others = session.people.value.filter(({ isSelf }) => !isSelf)
  const completion = useCompletion(
    field,
    text,
    others.map(({ name }) => name),
    (next) => write(next),
  )
  const say = words().chat
  const to = recipient.value
  useLayoutEffect(() => {
    const { current } = field
    if (current === null) return
    current.style.height = 'auto'
    current.style.height = `${Math.min(heightMax, current.scrollHeight)}px`
  }, [text])
  // Who opens the chat means to write, and may type at once. On a small screen the keyboard would cover what was said.
  useLayoutEffect(() => {
    if (matchMedia('(pointer: fine)').matches) field.current?.focus()
  }, [])
  function write(next: string): void {
    setText(next)
    // The panel may close before it is sent.
    draft.value = next
    // Nobody is to see that somebody gets a private line.
    if (recipient.peek() === undefined && next !== '') session.provider.chat.typing()
  }
  const send = () => {
    // From the field: the last letter may not be drawn yet.
    const line = (field.current?.value ?? text).trim()
    if (line === '') return
    // As it is now, not as it was drawn: a private line must never be one for all.
    const cited = quote.peek()
    const addressee = recipient.peek()
    onSent()
    // A line that fails stays in the list, marked, with a button to try again.
    const options = { ...(addressee && { to: addressee.personId }), ...(cited && { quote: cited }) }
    session.provider.chat.send(line, options).catch(() => undefined)
    write('')
    quote.value = undefined
    field.current?.focus()
  }
  const left = limits.chatTextLengthMax - text.length
  return (
    <form
      class={`composer${to ? ' private' : ''}`}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div class="composer-tools">
        {(others.length > 0 || to) && <RecipientChoice others={others} recipient={recipient} />}
        <QuoteButton tools={tools} />
      </div>
      {quote.value && (
        <div class="composer-quote">
          <q dir="auto">{quote.value.text}</q>
          <button
            type="button"
            class="button plain icon small"
            aria-label={say.dropQuote}
            onClick={() => {
              quote.value = undefined
            }}
          >
            <CloseIcon size={14} />
          </button>
        </div>
      )}
      <div class="composer-field">
        {completion.list}
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          placeholder={to ? say.writeTo(labelOf(others, to)) : say.write}
          aria-label={say.message}
          maxLength={limits.chatTextLengthMax}
          value={text}
          {...completion.attributes}
          onInput={(event) => {
            write(event.currentTarget.value)
            completion.look(event.currentTarget)
          }}
          onKeyDown={(event) => {
            // Enter that ends a composition (Japanese, Chinese, …) is not meant for the page.
            if (event.isComposing || completion.take(event)) return
            if (event.key !== 'Enter' || event.shiftKey) return
            event.preventDefault()
            send()
          }}
          onBlur={completion.close}
        />
        <button type="submit" class="send" aria-label={say.send} aria-disabled={text.trim() === ''}>
          <SendIcon size={18} />
        </button>
        {left < 200 && <span class="composer-left">{say.lettersLeft(left)}</span>}
      </div>
    </form>
  )
}

/** There while something is selected in the text. */
function QuoteButton({ tools: { session } }: { tools: ActionTools }): JSX.Element | null {
  const editor = session.editor.value
  const [isSelected, setSelected] = useState(false)
  useEffect(() => {
    const look = () => setSelected(editor?.view.state.selection.main.empty === false)
    look()
    return editor?.onUpdate(({ selectionSet, docChanged }) => (selectionSet || docChanged) && look())
  }, [editor])
  if (!isSelected) return null
  return (
    <button
      type="button"
      class="button plain small"
      onClick={() => {
        session.chat.quote.value = quoteSelection(session)
      }}
    >
      <QuoteIcon size={14} />
      {words().chat.quoteSelection}
    </button>
  )
}

type Field = { readonly current: HTMLTextAreaElement | null }

/** The names that could be meant by the @… in front of the cursor. The focus stays in the field. */
function useCompletion(field: Field, text: string, names: readonly string[], write: (text: string) => void) {
  const [found, setFound] = useState<{ from: number; to: number; typed: string }>()
  const [at, setAt] = useState(0)
  const id = useId()
  const shown = found === undefined ? [] : namesLike(found.typed, names)
  const chosen = Math.min(at, shown.length - 1)
  const choose = (name: string) => {
    if (found === undefined) return
    const before = `${text.slice(0, found.from)}@${name} `
    const completed = before + text.slice(found.to)
    write(completed)
    setFound(undefined)
    if (field.current === null) return
    // At once, not when it is drawn: the cursor of somebody who types on would be moved under his hands.
    field.current.value = completed
    field.current.focus()
    field.current.setSelectionRange(before.length, before.length)
  }
  return {
    close: () => setFound(undefined),
    look({ value, selectionStart }: HTMLTextAreaElement) {
      const mention = mentionAt(value, selectionStart)
      setFound(mention && { ...mention, to: selectionStart })
      setAt(0)
    },
    /** True when the key was meant for the list. */
    take(event: KeyboardEvent): boolean {
      const name = shown[chosen]
      if (name === undefined) return false
      if (event.key === 'ArrowDown') setAt((chosen + 1) % shown.length)
      else if (event.key === 'ArrowUp') setAt((chosen + shown.length - 1) % shown.length)
      else if (event.key === 'Enter' || event.key === 'Tab') choose(name)
      else if (event.key === 'Escape') setFound(undefined)
      else return false
      event.preventDefault()
      event.stopPropagation()
      return true
    },
    attributes: {
      'aria-autocomplete': 'list' as const,
      'aria-controls': shown.length > 0 ? id : undefined,
      'aria-activedescendant': shown.length > 0 ? `${id}-${chosen}` : undefined,
    },
    list: shown.length > 0 && (
      <div class="mention-list" id={id} role="listbox" aria-label={words().chat.mention}>
        {shown.map((name, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the keys are the field's, which keeps the focus
          <div
            key={name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            // Before the field loses the focus.
            onPointerDown={(event) => {
              event.preventDefault()
              choose(name)
            }}
          >
            <bdi>{name}</bdi>
          </div>
        ))}
      </div>
    ),
  }
}
