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
  /** Which edge of the button the card lines up with, where there is room; on small screens it takes the width. */
  align?: 'start' | 'end'
  /** Drawn only while open. */
  children: (close: () => void) => ComponentChildren
}

export function Menu(props: MenuProps): JSX.Element {
  const { id, label, button, buttonClass = 'button plain', className = '', align = 'end', children } = props
  const [isOpen, setOpen] = useState(false)
  const card = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const close = useCallback(() => card.current?.hidePopover(), [])
  return (
    <>
      <button
        type="button"
        ref={opener}
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
          if (event.newState !== 'open') return
          placeAt(event.currentTarget, opener.current, align)
          setOpen(true)
        }}
        // Not before: the browser gives the focus back to the button only while it still is in the card.
        onToggle={(event) => event.newState === 'closed' && setOpen(false)}
      >
        {isOpen && children(close)}
      </div>
    </>
  )
}

const narrowWidth = 560
const gap = 6

/** Below its button. Through the CSSOM, which the content security policy allows. */
function placeAt(card: HTMLElement, button: HTMLElement | null, align: 'start' | 'end'): void {
  card.style.inset = ''
  if (button === null || innerWidth <= narrowWidth) return
  const { left, right, bottom } = button.getBoundingClientRect()
  card.style.inset =
    align === 'start'
      ? `${bottom + gap}px auto auto ${Math.max(8, left - 4)}px`
      : `${bottom + gap}px ${Math.max(8, document.documentElement.clientWidth - right)}px auto auto`
}
