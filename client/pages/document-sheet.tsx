// The sheet: the text, its preview, and what is to be said about them.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ActionTools } from '../actions/actions.ts'
import { words } from '../words/words.ts'
import { AsideBar, FollowedNote, FollowFrame, ImportBar, NoCopy, PreviewPane, StatusBar } from './document-parts.tsx'
import { DocumentSkeleton } from './document-skeleton.tsx'
import { takeFiles } from './drop-file.ts'
import { EditorHost } from './editor-host.tsx'
import { followers } from './followers.ts'
import { UsageBar } from './usage-bar.tsx'

export function DocumentSheet({ tools }: { tools: ActionTools }): JSX.Element {
  const { context, session, view, toasts } = tools
  const [isFileOver, setFileOver] = useState(false)
  const isMarkdown = session.language.value === 'markdown'
  const mode = isMarkdown ? view.mode.value : 'write'
  const isReady = session.isReady.value
  useEffect(() => {
    // What was hidden has no size: it is measured anew when it is there again.
    if (mode !== 'read') session.editor.peek()?.view.requestMeasure()
  }, [mode, session])
  return (
    <main class="sheet" id="main" {...takeFiles(session, toasts, setFileOver)}>
      {session.aside.value && <AsideBar session={session} />}
      <UsageBar session={session} />
      <ImportBar />
      {isReady ? (
        <div class={`panes ${mode}`}>
          <EditorHost session={session} settings={context.settings} />
          {mode !== 'write' && <PreviewPane session={session} />}
        </div>
      ) : (
        <Waiting session={session} context={context} />
      )}
      {isReady && <StatusBar session={session} view={view} />}
      {session.following.value && <FollowFrame session={session} />}
      {followers.value.length > 0 && <FollowedNote context={context} toasts={toasts} />}
      {isFileOver && <p class="drop-note">{words().files.drop}</p>}
    </main>
  )
}

function Waiting({ session, context }: Pick<ActionTools, 'session' | 'context'>): JSX.Element {
  const progress = session.progress.value
  if (session.status.value === 'offline' && progress === undefined) return <NoCopy context={context} />
  return <DocumentSkeleton inner progress={progress} />
}
