// Text, text and preview, or preview: for Markdown.
import type { JSX } from 'preact'
import { ColumnsIcon, PenIcon, ReadIcon } from '../ui/icons.tsx'
import { words } from '../words/words.ts'
import { type DocumentView, viewModes } from './document-view.ts'

const icons = { write: PenIcon, both: ColumnsIcon, read: ReadIcon }

export function ViewSwitch({ view }: { view: DocumentView }): JSX.Element {
  const say = words().preview
  return (
    <fieldset class="view-switch">
      <legend class="unseen">{say.mode}</legend>
      {viewModes.map((mode) => {
        const Icon = icons[mode]
        return (
          <button
            key={mode}
            type="button"
            class={`button plain icon ${mode}`}
            aria-pressed={view.mode.value === mode}
            aria-label={say.modes[mode]}
            title={say.modes[mode]}
            onClick={() => view.show(mode)}
          >
            <Icon size={18} />
          </button>
        )
      })}
    </fieldset>
  )
}
