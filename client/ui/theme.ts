// Light, dark, or what the system says. Kept per browser; public/theme.js sets it before the first paint.
import { type Signal, signal } from '@preact/signals'
import { pageStorage } from './storage.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageName = 'scriptorium.theme'

const parseTheme = (value: unknown): Theme => themes.find((theme) => theme === value) ?? 'system'

/** The chosen theme as a signal, and a way to choose: applied at once, here and in this browser's other tabs. */
export class ThemeChoice {
  readonly theme: Signal<Theme> = signal(parseTheme(readKept()))

  constructor() {
    colourBar(this.theme.peek())
    addEventListener('storage', (event) => {
      if (event.key === storageName) this.apply(parseTheme(event.newValue))
    })
  }

  choose(theme: Theme): void {
    this.apply(theme)
    try {
      pageStorage().setItem(storageName, theme)
    } catch {
      // Not kept: the choice holds for this page.
    }
  }

  private apply(theme: Theme): void {
    this.theme.value = theme
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    colourBar(theme)
  }
}

/** What the browser draws around the page is coloured like it, and not as the system would have it. */
function colourBar(theme: Theme): void {
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.dataset.theme
    meta.media = theme === 'system' ? `(prefers-color-scheme: ${own})` : theme === own ? 'all' : 'not all'
  }
}

function readKept(): string | null {
  try {
    return pageStorage().getItem(storageName)
  } catch {
    return null
  }
}
