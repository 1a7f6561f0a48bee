// A button with a small card behind it: the browser's own popover, so Esc, clicks beside it and focus are the platform's.
import type { ComponentChildren, JSX } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'

type MenuProps = {
  id: string
  /** What the button is called, for people who do not see it. */
  label: string
  button: ComponentChildren
  buttonClass?: string
  className?: string
  /** Which edge of the button the card lines up with, where there is room; on small screens it takes the width. */
  align?: 'start' | 'end'
  /** Default below. */
  placement?: 'below' | 'above'
  /** Drawn only while open. */
  children: (close: () => void) => ComponentChildren
}

export function Menu(props: MenuProps): JSX.Element {
  const {
    id,
    label,
    button,
    buttonClass = 'button plain',
    className = '',
    align = 'end',
    placement = 'below',
    children,
  } = props
  const [isOpen, setOpen] = useState(false)
  const card = useRef<HTMLDivElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isOpen) return
    const place = () => card.current && placeAt(card.current, opener.current, align, placement)
    addEventListener('resize', place)
    return () => removeEventListener('resize', place)
  }, [isOpen, align, placement])
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
          placeAt(event.currentTarget, opener.current, align, placement)
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

/** Beside its button. Through the CSSOM, which the content security policy allows. */
function placeAt(card: HTMLElement, button: HTMLElement | null, align: 'start' | 'end', placement: 'below' | 'above') {
  card.style.inset = ''
  if (button === null || (innerWidth <= narrowWidth && placement === 'below')) return
  const { left, right, top, bottom } = button.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const [above, below] =
    placement === 'above' ? ['auto', `${clientHeight - top + gap}px`] : [`${bottom + gap}px`, 'auto']
  const isLeft = (align === 'start') === (getComputedStyle(button).direction === 'ltr')
  card.style.inset = isLeft
    ? `${above} auto ${below} ${Math.max(8, left - 4)}px`
    : `${above} ${Math.max(8, clientWidth - right)}px ${below} auto`
}
