// One person's caret with its name flag, as a marker of an editor layer. Names are text nodes, colours are classes.
import type { LayerMarker } from '@codemirror/view'
import { personHueIndex } from '../../shared/colors.ts'

/** Pixels from the corner of the text. */
export type CaretLook = {
  left: number
  top: number
  height: number
  name: string
  color: number
  isMoving: boolean
  idle: boolean
  below: boolean
  leftward: boolean
}

export class RemoteCaret implements LayerMarker {
  readonly look: CaretLook

  constructor(look: CaretLook) {
    this.look = look
  }

  eq(other: LayerMarker): boolean {
    if (!(other instanceof RemoteCaret)) return false
    const [a, b] = [this.look, other.look]
    return (Object.keys(a) as (keyof CaretLook)[]).every((field) => a[field] === b[field])
  }

  draw(): HTMLElement {
    const caret = document.createElement('div')
    const flag = document.createElement('div')
    flag.className = 'cm-remote-flag'
    flag.append(document.createTextNode(''))
    caret.append(flag)
    this.show(caret)
    return caret
  }

  update(dom: HTMLElement, before: LayerMarker): boolean {
    // CodeMirror asks for all of them when one has moved.
    if (!this.eq(before)) this.show(dom)
    return true
  }

  private show(caret: HTMLElement): void {
    const { left, top, height, name, color, isMoving, idle, below, leftward } = this.look
    const classes = ['cm-remote-caret', `hue-${personHueIndex(color)}`]
    if (isMoving) classes.push('moving')
    if (idle) classes.push('idle')
    if (below) classes.push('below')
    if (leftward) classes.push('leftward')
    const className = classes.join(' ')
    if (caret.className !== className) caret.className = className
    // Moved and not placed: the browser need not lay anything out again.
    caret.style.transform = `translate(${left}px, ${top}px)`
    const size = `${height}px`
    if (caret.style.height !== size) caret.style.height = size
    const text = caret.firstChild?.firstChild
    if (text && text.nodeValue !== name) text.nodeValue = name
  }
}
