// How far a file on its way into the text has come.
import type { JSX } from 'preact'
import { importing } from '../files/import.ts'
import { words } from '../words/words.ts'

export function ImportBar(): JSX.Element | null {
  const file = importing.value
  if (file === undefined) return null
  return (
    <div class="note-bar" role="status">
      <p>
        <bdi>{words().files.importing(file.name)}</bdi>
      </p>
      <progress value={file.share} max={1} aria-label={words().files.importing(file.name)} />
      <button type="button" class="button small" onClick={() => file.cancel()}>
        {words().files.cancel}
      </button>
    </div>
  )
}
