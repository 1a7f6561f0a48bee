// Which page stands at this address. Each loads only when it is wanted.
import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import { keepPageOffline } from './offline/register.ts'
import { DamagedLink, UnknownAddress } from './pages/address-states.tsx'
import { DocumentLoader } from './pages/document-loader.tsx'
import { HomePage } from './pages/home-part.tsx'
import { placeOf } from './pages/link.ts'
import { OwnPersonStore } from './pages/own-person.ts'
import type { PageContext } from './pages/page-context.ts'
import { SettingsStore } from './ui/settings.ts'
import { pageStorage } from './ui/storage.ts'
import { ThemeChoice } from './ui/theme.ts'

function makeContext(): PageContext {
  const storage = pageStorage()
  const place = signal(placeOf(location))
  return {
    place,
    storage,
    theme: new ThemeChoice(),
    person: new OwnPersonStore(storage),
    settings: new SettingsStore(storage),
    navigate(path) {
      history.pushState(null, '', path)
      place.value = placeOf(location)
      scrollTo(0, 0)
    },
    usable: keepPageOffline,
  }
}

export function App(): JSX.Element {
  const context = useMemo(makeContext, [])
  useEffect(() => {
    const follow = () => {
      context.place.value = placeOf(location)
    }
    addEventListener('popstate', follow)
    addEventListener('hashchange', follow)
    const ends = [context.person.follow(), context.settings.follow()]
    return () => {
      removeEventListener('popstate', follow)
      removeEventListener('hashchange', follow)
      for (const end of ends) end()
    }
  }, [context])
  return <CurrentPage context={context} />
}

function CurrentPage({ context }: { context: PageContext }): JSX.Element {
  const place = context.place.value
  switch (place.kind) {
    case 'home':
      return <HomePage context={context} />
    case 'document':
      // Another document, or another key, is another session from the ground up.
      return <DocumentLoader key={`${place.link.id}#${place.link.key}`} context={context} link={place.link} />
    case 'damaged':
      return <DamagedLink missing={place.missing} context={context} />
    case 'unknown':
      return <UnknownAddress context={context} />
  }
}
