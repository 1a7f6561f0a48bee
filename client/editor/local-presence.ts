// Tells the others where this person's cursor is, and when he has been away from the keyboard for a minute.
import { type Extension, Facet } from '@codemirror/state'
import { type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { limits } from '../../shared/limits.ts'
import { TextIndex } from './text-index.ts'

/** Whether this person keeps his cursor to himself. */
export const cursorHidden = Facet.define<boolean, boolean>({ combine: (values) => values.includes(true) })

/** Writes `cursor` ({anchor, head} as RelativePosition JSON, null without focus) and `idle` of the local state. */
export const localPresence = (text: Y.Text, awareness: Awareness): Extension =>
  ViewPlugin.define((view) => new LocalPresence(view, text, awareness))

class LocalPresence {
  private readonly view: EditorView
  private readonly text: Y.Text
  private readonly awareness: Awareness
  private frame: number | undefined
  private idleTimer: ReturnType<typeof setTimeout> | undefined
  private told = ''

  constructor(view: EditorView, text: Y.Text, awareness: Awareness) {
    this.view = view
    this.text = text
    this.awareness = awareness
    for (const name of inputEvents) addEventListener(name, this.onInput, { passive: true, capture: true })
    this.onInput()
    this.tellSoon()
  }

  update(update: ViewUpdate): void {
    const isHidden = update.state.facet(cursorHidden)
    const hasTurned = isHidden !== update.startState.facet(cursorHidden)
    if (update.selectionSet || update.docChanged || update.focusChanged || hasTurned) this.tellSoon()
  }

  destroy(): void {
    for (const name of inputEvents) removeEventListener(name, this.onInput, { capture: true })
    if (this.frame !== undefined) cancelAnimationFrame(this.frame)
    clearTimeout(this.idleTimer)
    this.awareness.setLocalStateField('cursor', null)
  }

  /** Once a frame at most: a selection being dragged changes more often than anybody can see. */
  private tellSoon(): void {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      this.tell()
    })
  }

  private tell(): void {
    const isShown = this.view.hasFocus && !this.view.state.facet(cursorHidden)
    const cursor = isShown ? this.cursor() : null
    const text = JSON.stringify(cursor)
    if (text === this.told) return
    this.told = text
    this.awareness.setLocalStateField('cursor', cursor)
  }

  private cursor(): { anchor: unknown; head: unknown } {
    const { anchor, head } = this.view.state.selection.main
    const headPosition = this.position(head)
    return { anchor: anchor === head ? headPosition : this.position(anchor), head: headPosition }
  }

  private position(offset: number): unknown {
    const { text } = this
    const position = TextIndex.of(text)?.positionAt(offset) ?? Y.createRelativePositionFromTypeIndex(text, offset)
    return Y.relativePositionToJSON(position)
  }

  private readonly onInput = (): void => {
    clearTimeout(this.idleTimer)
    this.setIdle(false)
    this.idleTimer = setTimeout(() => this.setIdle(true), limits.idleAfterMs)
  }

  private setIdle(idle: boolean): void {
    const state = this.awareness.getLocalState()
    if (state !== null && (state.idle ?? false) !== idle) this.awareness.setLocalStateField('idle', idle)
  }
}

const inputEvents = ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchmove'] as const
