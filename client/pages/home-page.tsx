// The first page: one thing to do, and the documents this browser has opened.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { MarkIcon } from '../ui/icons.tsx'
import { ThemeSwitch } from '../ui/theme-switch.tsx'
import { createDocument } from './api.ts'
import { parsePastedLink, pathOf } from './link.ts'
import { remember } from './opened-documents.ts'
import { OpenedList } from './opened-list.tsx'
import type { PageContext } from './page-context.ts'

export function HomePage({ context }: { context: PageContext }): JSX.Element {
  useEffect(() => {
    document.title = 'Scriptorium'
  }, [])
  return (
    <div class="home">
      <header class="home-bar">
        <span class="wordmark">
          <MarkIcon />
          Scriptorium
        </span>
        <ThemeSwitch choice={context.theme} />
      </header>
      <main class="home-main" id="main">
        <h1>Write together</h1>
        <p class="lead">Start a document, share its link, and see every word as it is written.</p>
        <Start context={context} />
        <OpenedList context={context} />
      </main>
    </div>
  )
}

function Start({ context }: { context: PageContext }): JSX.Element {
  const [isMaking, setMaking] = useState(false)
  const [problem, setProblem] = useState('')
  const [pasted, setPasted] = useState('')
  const [linkProblem, setLinkProblem] = useState('')

  const make = async () => {
    if (isMaking) return
    setMaking(true)
    setProblem('')
    try {
      const { id, keys, title } = await createDocument()
      remember(context.storage, { id, keys, title, openedAt: Date.now() })
      context.navigate(pathOf({ id, key: keys.own }))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      setMaking(false)
    }
  }

  const open = (event: Event) => {
    event.preventDefault()
    const link = parsePastedLink(pasted)
    if (link) context.navigate(pathOf(link))
    else setLinkProblem(pasted.trim() === '' ? '' : 'This is no whole link to a document: it ends in /d/…#…')
  }

  return (
    <div class="start">
      <button type="button" class="button primary large" aria-disabled={isMaking} onClick={make}>
        {isMaking ? 'Making it…' : 'New document'}
      </button>
      <form class="open-link" onSubmit={open}>
        <input
          class="input"
          type="text"
          inputMode="url"
          autocomplete="off"
          spellcheck={false}
          placeholder="or paste a link"
          aria-label="Link to a document"
          aria-invalid={linkProblem !== ''}
          aria-describedby="link-problem"
          value={pasted}
          onInput={(event) => {
            setPasted(event.currentTarget.value)
            setLinkProblem('')
          }}
        />
        <button type="submit" class="button">
          Open
        </button>
      </form>
      <p class="problem" role="alert" id="link-problem">
        {problem || linkProblem}
      </p>
    </div>
  )
}
