// A whole page that tells what happened and what to do: for links that lead nowhere, and for the wait before a document.
import type { ComponentChildren, JSX } from 'preact'
import { useEffect } from 'preact/hooks'

type FullStateProps = {
  icon: ComponentChildren
  title: string
  children: ComponentChildren
  actions: ComponentChildren
}

export function FullState({ icon, title, children, actions }: FullStateProps): JSX.Element {
  useEffect(() => {
    document.title = `${title} · Scriptorium`
  }, [title])
  return (
    <main class="full-state" id="main">
      <div class="full-state-icon">{icon}</div>
      <h1>{title}</h1>
      <div class="full-state-text">{children}</div>
      <div class="row">{actions}</div>
    </main>
  )
}
