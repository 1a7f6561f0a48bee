// The browser's own dialog, open for as long as it is drawn.
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { words } from '../words/words.ts'

type DialogProps = {
  className?: string
  label: string
  onClose: () => void
  children: ComponentChildren
}

/** Esc, and a click beside it, close it; the focus goes back to where it was. */
export function Dialog({ className = '', label, onClose, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const { current } = dialog
    const before = document.activeElement
    if (current !== null && !current.open) current.showModal()
    return () => {
      current?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc is the platform's
    <dialog
      ref={dialog}
      class={`card ${className}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {children}
    </dialog>
  )
}

export function DialogHead({ title, close }: { title: string; close: () => void }): JSX.Element {
  return (
    <header class="dialog-head">
      <h2>{title}</h2>
      <button type="button" class="button plain small" onClick={close}>
        {words().common.close}
      </button>
    </header>
  )
}
