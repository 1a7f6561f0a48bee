// The page starts here: first the words of the reader's language, then the page. A document's own part loads beside them.
import { render } from 'preact'
import { App } from './app.tsx'
import { pageStorage } from './ui/storage.ts'
import { loadWords } from './words/words.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import './styles/people.css'
import './styles/states.css'
import './styles/home.css'
import './styles/opened.css'

async function start(root: HTMLElement): Promise<void> {
  // Only so that it is on its way; who draws it waits for it, and says when it cannot be had.
  if (location.pathname.startsWith('/d/')) import('./pages/document-page.tsx').catch(() => undefined)
  else import('./pages/home-page.tsx').catch(() => undefined)
  try {
    await loadWords(pageStorage())
  } catch {
    // The one sentence that is said without words: there are none.
    root.textContent = 'Scriptorium could not be loaded. Check your connection, then reload this page.'
    return
  }
  render(<App />, root)
}

const root = document.getElementById('app')
if (root !== null) void start(root)
