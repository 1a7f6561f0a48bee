// CodeMirror as its own documentation sets it up, with the text of the comparison and letters and lines of the same size:
// what typing costs without anybody else. No collaboration, no presence, no save state, nothing around it.
import { markdown } from '@codemirror/lang-markdown'
import { basicSetup, EditorView } from 'codemirror'

const text = await (await fetch('/text')).text()
const gutter = 'max(24px, calc((100% - 72ch) / 2))'

new EditorView({
  parent: document.body,
  doc: text,
  extensions: [
    basicSetup,
    markdown(),
    EditorView.lineWrapping,
    EditorView.theme({
      '&': { flex: '1', height: '100%', fontSize: '16px' },
      '.cm-scroller': { fontFamily: 'system-ui, sans-serif', lineHeight: '28px' },
      '.cm-line': { padding: `0 ${gutter}` },
    }),
  ],
})
