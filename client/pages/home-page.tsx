// The first page: one thing to do, and the documents this browser has opened.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { MarkIcon } from '../ui/icons.tsx'
import { ThemeSwitch } from '../ui/theme-switch.tsx'
import { words } from '../words/words.ts'
import { parsePastedLink, pathOf } from './link.ts'
import { NewDocumentButtons } from './new-document.tsx'
import { OpenedList } from './opened-list.tsx'
import type { PageContext } from './page-context.ts'

export function HomePage({ context }: { context: PageContext }): JSX.Element {
  useEffect(() => {
    document.title = 'Scriptorium'
    context.usable()
  }, [context])
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
        <h1>{words().home.title}</h1>
        <p class="lead">{words().home.lead}</p>
        <Start context={context} />
        <OpenedList context={context} />
      </main>
    </div>
  )
}

function Start({ context }: { context: PageContext }): JSX.Element {
  const [pasted, setPasted] = useState('')
  const [linkProblem, setLinkProblem] = useState('')

  const open = (event: Event) => {
    event.preventDefault()
    const link = parsePastedLink(pasted)
    if (link) context.navigate(pathOf(link))
    else setLinkProblem(pasted.trim() === '' ? '' : words().home.noLink)
  }

  return (
    <div class="start">
      <NewDocumentButtons context={context}>
        <form class="open-link" onSubmit={open}>
          <input
            class="input"
            type="text"
            inputMode="url"
            autocomplete="off"
            spellcheck={false}
            placeholder={words().home.pasteLink}
            aria-label={words().home.linkLabel}
            aria-invalid={linkProblem !== ''}
            aria-describedby="link-problem"
            value={pasted}
            onInput={(event) => {
              setPasted(event.currentTarget.value)
              setLinkProblem('')
            }}
          />
          <button type="submit" class="button">
            {words().home.open}
          </button>
        </form>
        <p class="problem" role="alert" id="link-problem">
          {linkProblem}
        </p>
      </NewDocumentButtons>
    </div>
  )
}
