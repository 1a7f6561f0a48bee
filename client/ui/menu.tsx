// A button with a small card behind it: the browser's own popover, so Esc, clicks beside it and focus are the platform's.
import type { ComponentChildren, JSX } from 'preact'
import { useCallback, useRef, useState } from 'preact/hooks'

type MenuProps = {
  id: string
  /** What the button is called, for people who do not see it. */
  label: string
  button: ComponentChildren
  buttonClass?: string
  className?: string
  onOpen?: () => void
  /** Drawn only while open. */
  children: (close: () => void) => ComponentChildren
}

export function Menu(props: MenuProps): JSX.Element {
  const { id, label, button, buttonClass = 'button plain', className = '', onOpen, children } = props
  const [isOpen, setOpen] = useState(false)
  const card = useRef<HTMLDivElement>(null)
  const close = useCallback(() => card.current?.hidePopover(), [])
  return (
    <>
      <button
        type="button"
        class={buttonClass}
        popovertarget={id}
        aria-expanded={isOpen}
        aria-haspopup="dialog"
        aria-label={label}
        title={label}
      >
        {button}
      </button>
      <div
        id={id}
        ref={card}
        popover="auto"
        role="dialog"
        aria-label={label}
        class={`menu ${className}`}
        onBeforeToggle={(event) => {
          const opens = event.newState === 'open'
          if (opens) onOpen?.()
          setOpen(opens)
        }}
      >
        {isOpen && children(close)}
      </div>
    </>
  )
}
