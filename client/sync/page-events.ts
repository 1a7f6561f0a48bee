// What the browser tells a page about its life and its network; silent where there is no page (Node, workers).

export type PageListener = {
  /** The network came back, or the page was looked at again. */
  wake(): void
  /** The page is hidden and may never be seen again. */
  hide(): void
  /** It goes, or is frozen. */
  leave(): void
  /** It came back from being frozen. */
  back(): void
}

/** Returns the function that ends it. */
export function listenToPage(listener: PageListener): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => undefined
  const ends: (() => void)[] = []
  const on = (target: EventTarget, name: string, call: () => void) => {
    target.addEventListener(name, call)
    ends.push(() => target.removeEventListener(name, call))
  }
  on(globalThis, 'online', listener.wake)
  on(globalThis, 'pagehide', listener.leave)
  on(globalThis, 'pageshow', listener.back)
  const page: Document | undefined = globalThis.document
  if (page !== undefined) {
    on(page, 'visibilitychange', () => (page.visibilityState === 'hidden' ? listener.hide() : listener.wake()))
  }
  return () => {
    for (const end of ends) end()
  }
}

const tabKey = 'scriptorium.tab'

/** The same before and after a reload of this tab; made up where the browser keeps nothing. A duplicate has it, too. */
export function tabId(make: () => string): string {
  try {
    const known = globalThis.sessionStorage.getItem(tabKey)
    if (known !== null) return known
    const made = make()
    globalThis.sessionStorage.setItem(tabKey, made)
    return made
  } catch {
    return make()
  }
}
