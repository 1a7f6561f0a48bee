// The last door before the page: whatever HTML a preview made, only this list of harmless elements gets through.
import DOMPurify, { type Config } from 'dompurify'

const config: Config & { RETURN_DOM_FRAGMENT: true } = {
  ALLOWED_TAGS: [
    ...[
      'a',
      'blockquote',
      'br',
      'code',
      'del',
      'em',
      'h1',
      'h2',
      'h3',
      'h4',
      'h5',
      'h6',
      'hr',
      'img',
      'input',
      'li',
      'ol',
    ],
    ...['p', 'pre', 's', 'section', 'span', 'strong', 'sup', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
  ],
  ALLOWED_ATTR: [
    ...['alt', 'aria-label', 'checked', 'class', 'data-id', 'data-task', 'data-to', 'href', 'id', 'rel', 'role'],
    ...['src', 'start', 'tabindex', 'target', 'title', 'type'],
  ],
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  // These hold no addresses; everything else is checked as if it did.
  ADD_URI_SAFE_ATTR: [
    'aria-label',
    'checked',
    'data-id',
    'data-task',
    'data-to',
    'rel',
    'start',
    'tabindex',
    'target',
    'type',
  ],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:|#)/i,
  RETURN_DOM_FRAGMENT: true,
}

const purify = DOMPurify(window)
purify.addHook('afterSanitizeAttributes', (node) => {
  // The only field a preview has is the box of a task; the only picture one that is in the text.
  if (node.nodeName === 'INPUT' && node.getAttribute('type') !== 'checkbox') node.remove()
  if (node.nodeName === 'IMG' && !/^data:image\/(?:png|gif|jpeg|webp);base64,/i.test(node.getAttribute('src') ?? ''))
    node.remove()
  if (node.nodeName === 'A' && node.hasAttribute('href')) node.setAttribute('rel', 'noopener noreferrer nofollow')
})

/** One block's HTML as elements that can do nothing but be read. */
export const sanitise = (html: string): DocumentFragment => purify.sanitize(html, config)
