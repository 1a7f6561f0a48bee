// A field and a list that gets shorter as one types; the arrows choose, Enter does. For commands and languages.
import type { JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { CheckIcon } from './icons.tsx'

export type Choice = { id: string; label: string; hint?: string; isChosen?: boolean }

type ChooserProps = {
  label: string
  placeholder: string
  /** Said when nothing fits. */
  nothing: string
  choices: readonly Choice[]
  onChoose: (id: string) => void
}

export function Chooser({ label, placeholder, nothing, choices, onChoose }: ChooserProps): JSX.Element {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const shown = fitting(choices, typed)
  const chosen = Math.min(at, shown.length - 1)
  useEffect(() => field.current?.focus(), [])
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen, typed])
  const move = (by: number) => setAt((chosen + by + shown.length) % Math.max(1, shown.length))
  return (
    <>
      <input
        ref={field}
        class="chooser-field"
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={shown.length > 0 ? `${id}-${chosen}` : undefined}
        aria-autocomplete="list"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return
          const { key } = event
          if (key === 'ArrowDown') move(1)
          else if (key === 'ArrowUp') move(-1)
          else if (key === 'Enter') {
            const choice = fitting(choices, event.currentTarget.value)[chosen]
            if (choice !== undefined) onChoose(choice.id)
          } else return
          event.preventDefault()
        }}
      />
      {shown.length === 0 && <p class="chooser-nothing">{nothing}</p>}
      <div ref={list} class="chooser-list" role="listbox" id={`${id}-list`} aria-label={label}>
        {shown.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={choice.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => onChoose(choice.id)}
            onPointerMove={() => index !== chosen && setAt(index)}
          >
            <span>{choice.label}</span>
            {choice.hint && <kbd>{choice.hint}</kbd>}
            {choice.isChosen && <CheckIcon size={16} />}
          </div>
        ))}
      </div>
    </>
  )
}

/** Those that have all typed words, the ones that begin with them first. */
function fitting(choices: readonly Choice[], typed: string): readonly Choice[] {
  const wanted = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return choices
  const found = choices.filter(({ label }) => wanted.every((word) => label.toLocaleLowerCase().includes(word)))
  const rank = ({ label }: Choice) => (label.toLocaleLowerCase().startsWith(wanted[0] ?? '') ? 0 : 1)
  return found.toSorted((a, b) => rank(a) - rank(b))
}
