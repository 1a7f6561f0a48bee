// The document's title: words for who reads along, a field in place for who may change it.
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { AppError } from '../../shared/errors.ts'
import { limits } from '../../shared/limits.ts'
import { cleanLine } from '../../shared/names.ts'
import type { ActionTools } from '../actions/actions.ts'
import { refusalText, words } from '../words/words.ts'

export function TitleField(tools: ActionTools): JSX.Element {
  const { session, view, toasts } = tools
  /** What is on its way to the server; shown as if it were there. */
  const [sent, setSent] = useState<string>()
  const button = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  /** What was typed and refused: not to be typed twice. */
  const kept = useRef<string | undefined>(undefined)
  const isEditing = view.isRenaming.value
  const canChange = session.isJoined.value && session.role.value !== 'view' && session.status.value !== 'refused'
  useEffect(() => {
    if (!canChange) view.isRenaming.value = false
  }, [canChange, view])
  // Before anything is painted: a key pressed meanwhile would be lost. So too when the field appears, below.
  useLayoutEffect(() => {
    // Only when nothing else has taken the focus, as a click beside the field does.
    if (wasEditing.current && !isEditing && document.activeElement === document.body) button.current?.focus()
    wasEditing.current = isEditing
  }, [isEditing])

  const save = async (draft: string) => {
    view.isRenaming.value = false
    const title = cleanLine(draft, limits.titleLengthMax)
    kept.current = undefined
    if (title === session.title.peek()) return
    setSent(title)
    try {
      await session.provider.setSettings({ title })
    } catch (error) {
      kept.current = draft
      toasts.show(words().title.refused(error instanceof AppError ? refusalText(error) : words().actions.failed))
      view.isRenaming.value = true
    } finally {
      setSent(undefined)
    }
  }

  if (isEditing && canChange) {
    const first = kept.current ?? session.title.peek()
    const giveUp = () => {
      kept.current = undefined
      view.isRenaming.value = false
    }
    return (
      <>
        {/* Who goes through the page by its headings still finds where it begins. */}
        <h1 class="unseen">{session.title.value || words().common.untitled}</h1>
        <Field first={first} onSave={save} onGiveUp={giveUp} />
      </>
    )
  }
  const title = sent || session.title.value
  const shown = title || words().common.untitled
  const rename = () => {
    view.isRenaming.value = true
  }
  return (
    <h1 dir="auto" class={title ? '' : 'untitled'} title={canChange ? undefined : title}>
      {canChange ? (
        <button ref={button} type="button" class="title-button" title={words().title.change} onClick={rename}>
          {shown}
        </button>
      ) : (
        shown
      )}
    </h1>
  )
}

type FieldProps = { first: string; onSave: (draft: string) => void; onGiveUp: () => void }

function Field({ first, onSave, onGiveUp }: FieldProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  const isOver = useRef(false)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.select()
  }, [])
  const end = (how: () => void) => {
    // The blur that taking the field away brings is no second answer.
    if (isOver.current) return
    isOver.current = true
    how()
  }
  return (
    <input
      ref={field}
      class="title-input"
      dir="auto"
      aria-label={words().title.label}
      placeholder={words().common.untitled}
      autocomplete="off"
      maxLength={limits.titleLengthMax}
      defaultValue={first}
      onBlur={(event) => {
        const { value } = event.currentTarget
        end(() => onSave(value))
      }}
      onKeyDown={(event) => {
        if (event.isComposing) return
        const { value } = event.currentTarget
        if (event.key === 'Enter') end(() => onSave(value))
        else if (event.key === 'Escape') end(onGiveUp)
        else return
        event.preventDefault()
        event.stopPropagation()
      }}
    />
  )
}
