// What each person chooses for himself: line numbers, wrapping, tab width, spelling, vim keys. What needs more code than
// the first load has comes when it is chosen.
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

export type Preferences = {
  lineNumbers: boolean
  wrap: boolean
  tabSize: number
  spellcheck: boolean
  vim: boolean
}

/** Compartments of one editor. `failed`: the vim keys could not be loaded. */
export class PreferenceSlots {
  private readonly plain = new Compartment()
  private readonly numbers = new Compartment()
  private readonly vim = new Compartment()
  private readonly failed: () => void
  private wanted: Preferences

  constructor(first: Preferences, failed: () => void) {
    this.wanted = first
    this.failed = failed
  }

  get extension(): Extension {
    // Vim has to see keys before anybody else does.
    return [Prec.highest(this.vim.of([])), this.numbers.of([]), this.plain.of(plain(this.wanted))]
  }

  /** Calling it with what holds already changes nothing but what was not loaded yet. */
  apply(view: EditorView, preferences: Preferences): void {
    this.wanted = preferences
    view.dispatch({ effects: this.plain.reconfigure(plain(preferences)) })
    void this.load(view, this.numbers, preferences.lineNumbers, 'lineNumbers', async () => {
      const { numbers } = await import('./writing.ts')
      return [numbers, wideGutter]
    })
    void this.load(view, this.vim, preferences.vim, 'vim', async () => (await import('./vim.ts')).vimKeys())
  }

  private async load(
    view: EditorView,
    slot: Compartment,
    isOn: boolean,
    name: 'lineNumbers' | 'vim',
    find: () => Promise<Extension>,
  ): Promise<void> {
    const isThere = (slot.get(view.state) as readonly unknown[] | undefined)?.length !== 0
    if (isThere === isOn) return
    try {
      const extension = isOn ? await find() : []
      // It may have been switched off, or the page left, while it was loading.
      if (this.wanted[name] === isOn && view.dom.isConnected) view.dispatch({ effects: slot.reconfigure(extension) })
    } catch {
      this.failed()
    }
  }
}

const plain = ({ wrap, tabSize, spellcheck }: Preferences): Extension => [
  wrap ? EditorView.lineWrapping : unwrapped,
  EditorState.tabSize.of(tabSize),
  EditorView.contentAttributes.of({ spellcheck: String(spellcheck) }),
]

const unwrapped = EditorView.theme({ '.cm-scroller': { overflowX: 'auto' }, '.cm-line': { paddingInlineEnd: '24px' } })
const wideGutter = EditorView.theme({
  '.cm-gutters': {
    backgroundColor: 'var(--paper)',
    color: 'var(--ink-3)',
    border: '0',
    // The text stays where it is without numbers, which stand beside it.
    marginInlineStart: 'max(0px, calc((100% - var(--measure)) / 2 - 5rem))',
    fontSize: 'var(--size-13)',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '2.25rem', padding: '0 4px 0 8px' },
  '.cm-foldGutter .cm-gutterElement': { cursor: 'pointer', padding: '0 4px' },
  '.cm-line': { paddingInlineStart: '12px', paddingInlineEnd: 'max(24px, calc(100% - var(--measure) - 12px))' },
})
