// The page's own keys, and how keys are written for a person. The text's keys belong to the editor.

/** `code`: the physical key, so that it is the same on every layout. */
export type Shortcut = { code: string; alt?: boolean; shift?: boolean }

export const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform)

/** Mod is ⌘ on a Mac and Ctrl elsewhere. AltGr, which types letters, is neither. */
export function fits(event: KeyboardEvent, { code, alt = false, shift = false }: Shortcut): boolean {
  if (event.code !== code || event.altKey !== alt || event.shiftKey !== shift) return false
  if (event.getModifierState('AltGraph')) return false
  return isApple() ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
}

/** "Mod-Alt-KeyP" and CodeMirror's "Mod-Alt-ArrowUp" as a person reads them: "Ctrl+Alt+P", "⌥⌘↑". */
export function readableKeys(keys: string): string {
  const apple = isApple()
  const parts = keys
    .split(/-(?!$)/)
    .map((part) => (apple ? appleKeys[part] : otherKeys[part]) ?? part.replace(/^Key/, ''))
  if (!apple) return parts.join('+')
  // In the order in which Apple writes them: ⌥⇧⌘.
  return parts.sort((a, b) => rank(a) - rank(b)).join('')
}

const rank = (part: string) => ['⌃', '⌥', '⇧', '⌘'].indexOf(part) + (['⌃', '⌥', '⇧', '⌘'].includes(part) ? 0 : 10)
const arrows = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Comma: ',', Slash: '/' }
const otherKeys: Record<string, string> = { ...arrows, Mod: 'Ctrl' }
const appleKeys: Record<string, string> = { ...arrows, Mod: '⌘', Alt: '⌥', Shift: '⇧', Ctrl: '⌃' }

export const keysOf = ({ code, alt, shift }: Shortcut): string =>
  ['Mod', ...(alt ? ['Alt'] : []), ...(shift ? ['Shift'] : []), code].join('-')

/** What the page does with keys wherever the focus is. */
export const pageShortcuts = {
  palette: { code: 'KeyK' },
  preview: { code: 'KeyP', alt: true },
  outline: { code: 'KeyO', alt: true },
  chat: { code: 'KeyC', alt: true },
  people: { code: 'KeyU', alt: true },
  settings: { code: 'Comma' },
  shortcuts: { code: 'Slash', alt: true },
} as const satisfies Record<string, Shortcut>
export type PageShortcut = keyof typeof pageShortcuts
