// The one panel beside the text; on small screens a sheet from the bottom. Esc closes it.
import type { ComponentChildren, JSX } from 'preact'
import { CloseIcon } from '../ui/icons.tsx'
import '../styles/panels.css'

type SidePanelProps = {
  title: string
  closeLabel: string
  name: string
  onClose: () => void
  children: ComponentChildren
}

export function SidePanel({ title, closeLabel, name, onClose, children }: SidePanelProps): JSX.Element {
  return (
    <aside
      class={`side-panel ${name}-panel`}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        onClose()
      }}
    >
      <header class="panel-head">
        <h2>{title}</h2>
        <button type="button" class="button plain icon small" aria-label={closeLabel} onClick={onClose}>
          <CloseIcon size={18} />
        </button>
      </header>
      {children}
    </aside>
  )
}
