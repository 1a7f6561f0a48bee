// Parts of the page that come when they are first wanted: the first load has what is needed to see and write text.
import { signal } from '@preact/signals'
import type { ComponentType, FunctionComponent, JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { words } from '../words/words.ts'

export type OnDemand<Props> = FunctionComponent<Props> & {
  /** Loads the part without showing it. Never rejects: a failure shows, with a button, where the part would stand. */
  load(): Promise<void>
}

/** A component that loads the real one the first time it is drawn. `isQuiet`: nothing shows when it cannot be had. */
export function onDemand<Props extends object>(
  find: () => Promise<ComponentType<Props>>,
  { isQuiet = false } = {},
): OnDemand<Props> {
  const part = signal<ComponentType<Props> | 'failed' | undefined>(undefined)
  let loading: Promise<void> | undefined
  const load = () => {
    loading ??= find().then(
      (found) => {
        part.value = found
      },
      () => {
        part.value = 'failed'
        loading = undefined
      },
    )
    return loading
  }
  const Shown = (props: Props): JSX.Element | null => {
    const Part = part.value
    useEffect(() => void load(), [])
    if (Part === undefined) return null
    if (Part !== 'failed') return <Part {...props} />
    return isQuiet ? null : <NotLoaded retry={load} />
  }
  return Object.assign(Shown, { load })
}

const NotLoaded = ({ retry }: { retry: () => void }) => (
  <div class="not-loaded" role="alert">
    <p>{words().common.partMissing}</p>
    <button type="button" class="button small" onClick={retry}>
      {words().common.tryAgain}
    </button>
  </div>
)

/** Loads parts one after the other when the browser has nothing else to do, so that they are there without a network. */
export function loadWhenIdle(parts: readonly { load(): Promise<void> }[]): () => void {
  let isOver = false
  const next = async () => {
    for (const part of parts) {
      await idle()
      if (isOver) return
      await part.load()
    }
  }
  void next()
  return () => {
    isOver = true
  }
}

const idle = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 5_000 })
    else setTimeout(resolve, 500)
  })
