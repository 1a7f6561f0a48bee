// A link within the page: goes without loading everything anew, and is an ordinary link for everything else.
import type { ComponentChildren, JSX } from 'preact'

type PageLinkProps = {
  href: string
  navigate: (path: string) => void
  class?: string
  label?: string
  children: ComponentChildren
}

export function PageLink({ href, navigate, label, children, ...rest }: PageLinkProps): JSX.Element {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(href)
  }
  return (
    <a href={href} class={rest.class} aria-label={label} title={label} onClick={follow}>
      {children}
    </a>
  )
}
