// The preview as it stands beside the text, or alone.
import { effect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { DocumentSession } from '../pages/document-session.ts'
import { words } from '../words/words.ts'
import { Preview } from './preview.ts'
import { PreviewDom } from './preview-dom.ts'
import { ScrollSync } from './scroll-sync.ts'
import { toggleTask } from './tasks.ts'
import '../styles/preview.css'

export function PreviewPane({ session }: { session: DocumentSession }): JSX.Element {
  const pane = useRef<HTMLElement>(null)
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef<PreviewDom>(null)
  const preview = Preview.of(session)
  const editor = session.editor.value
  useEffect(() => preview.use(), [preview])
  useEffect(() => {
    if (host.current === null || pane.current === null) return
    const dom = new PreviewDom(host.current)
    shown.current = dom
    const sync = editor && new ScrollSync(editor.view, pane.current, dom.groups)
    let isFirst = true
    const stop = effect(() => {
      const rendered = preview.rendered.value
      if (rendered === undefined) return
      dom.show(rendered.blocks, () => {
        if (isFirst) sync?.followText()
        isFirst = false
      })
    })
    return () => {
      stop()
      dom.close()
      sync?.close()
    }
  }, [preview, editor])
  const rendered = preview.rendered.value
  const say = words().preview
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with keys
    <section class="preview" ref={pane} aria-label={say.label} tabIndex={0}>
      <PreviewNote preview={preview} />
      {rendered?.blocks.length === 0 && <p class="preview-empty">{say.empty}</p>}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the links and boxes in it are what is pressed */}
      <div
        class="preview-text"
        ref={host}
        onClick={(event) => press(event, session, shown.current)}
        onKeyDown={(event) => event.key === 'Enter' && press(event, session, shown.current)}
      />
    </section>
  )
}

function PreviewNote({ preview }: { preview: Preview }): JSX.Element | null {
  const say = words().preview
  const problem = preview.problem.value
  const rendered = preview.rendered.value
  if (problem === undefined && !rendered?.isCut) return null
  const slow = rendered === undefined ? say.tooSlowEmpty : say.tooSlow
  const note = problem === 'slow' ? slow : problem === 'failed' ? say.failed : say.cut
  return (
    <p class="preview-note" role="status">
      {note}
    </p>
  )
}

/** Links within the text scroll (its address holds the key, so they are no real links); boxes of tasks change the text. */
function press(
  event: Event & { currentTarget: HTMLElement },
  session: DocumentSession,
  shown: PreviewDom | null,
): void {
  const target = event.target as Element
  const link = target.closest('[data-to]')
  if (link !== null) {
    const to = link.getAttribute('data-to') ?? ''
    const place = [...event.currentTarget.querySelectorAll('[data-id]')].find((it) => it.getAttribute('data-id') === to)
    place?.scrollIntoView({ block: 'start' })
    event.preventDefault()
    return
  }
  const box = target.closest<HTMLInputElement>('input[data-task]')
  if (box === null) return
  // The text says what is done; the box follows it.
  event.preventDefault()
  const line = shown?.placeOf(box)?.line
  if (line !== undefined) toggleTask(session, line + Number(box.dataset.task))
}
