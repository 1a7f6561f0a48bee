// What stands where a document will be: the bar, the sheet, and for large ones how far it has come.
import type { JSX } from 'preact'
import type { Progress } from '../sync/types.ts'
import { words } from '../words/words.ts'

/** `inner`: only the sheet's content, when the bar is there already. */
export function DocumentSkeleton(props: { inner?: boolean; progress?: Progress | undefined }): JSX.Element {
  const { inner = false, progress } = props
  const lines = (
    <div class="skeleton" role="status">
      <span class="unseen">{words().opening.label}</span>
      <i class="title" />
      <i />
      <i />
      <i class="short" />
      {progress && progress.of > 0 && (
        <div class="skeleton-note">
          <progress value={progress.bytes} max={progress.of} aria-label={words().opening.progress} />
          <span>{words().opening.megabytes(megabytes(progress.bytes), megabytes(progress.of))}</span>
        </div>
      )}
    </div>
  )
  if (inner) return lines
  return (
    <div class="document">
      <div class="top-bar" />
      <div class="work">
        <div class="sheet">{lines}</div>
      </div>
    </div>
  )
}

const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(1)
