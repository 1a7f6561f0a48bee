// Everything that can be done with a document, once: menu, palette, and the list of shortcuts are made of it.
import type { Command } from '@codemirror/view'
import type { Editor } from '../editor/editor.ts'
import type { DocumentSession } from '../pages/document-session.ts'
import type { DocumentView } from '../pages/document-view.ts'
import type { PageContext } from '../pages/page-context.ts'
import type { ShownPerson } from '../pages/people.ts'
import type { Toasts } from '../ui/toasts.tsx'
import { words } from '../words/words.ts'
import { isApple, keysOf, type PageShortcut, pageShortcuts } from './shortcuts.ts'

export type ActionGroup = 'write' | 'view' | 'file' | 'people' | 'page'
export type Action = {
  id: string
  group: ActionGroup
  label: string
  /** As CodeMirror writes keys; see readableKeys. */
  keys?: string
  /** Stands in the menu, too. */
  inMenu?: boolean
  run(): unknown
}

export type ActionTools = { context: PageContext; session: DocumentSession; view: DocumentView; toasts: Toasts }

/** What can be done now, in the order of menus. Reads signals: a component that asks is drawn again when it changes. */
export function actionsOf(tools: ActionTools): Action[] {
  return [...writing(tools), ...viewing(tools), ...files(tools), ...people(tools), ...page(tools)]
}

type EditorCommand = keyof typeof import('../editor/writing.ts').commands

function writing({ session, view }: ActionTools): Action[] {
  const editor = session.editor.value
  if (editor === undefined) return []
  const say = words().actions
  const find: Action = {
    id: 'find',
    group: 'write',
    label: say.find,
    keys: 'Mod-KeyF',
    inMenu: true,
    run: () => openFind(editor, view),
  }
  if (editor.view.state.readOnly) return [{ ...find, label: words().search.find }]
  const command = (id: string, label: string, name: EditorCommand, keys?: string): Action => ({
    id,
    group: 'write',
    label,
    ...(keys && { keys }),
    async run() {
      const { commands } = await import('../editor/writing.ts')
      ;(commands[name] as Command)(editor.view)
      editor.focus()
    },
  })
  const isMarkdown = session.language.value === 'markdown'
  return [
    find,
    { id: 'undo', group: 'write', label: say.undo, keys: 'Mod-KeyZ', run: () => editor.undo() },
    { id: 'redo', group: 'write', label: say.redo, keys: 'Mod-Shift-KeyZ', run: () => editor.redo() },
    ...(isMarkdown
      ? [command('bold', say.bold, 'bold', 'Mod-KeyB'), command('italic', say.italic, 'italic', 'Mod-KeyI')]
      : []),
    command('comment', say.comment, 'toggleComment', 'Mod-Slash'),
    {
      id: 'nextMatch',
      group: 'write',
      label: say.nextMatch,
      keys: 'Mod-KeyD',
      run: async () => (await import('../editor/search.ts')).selectNext(editor.view),
    },
    command('cursorAbove', say.cursorAbove, 'addCursorAbove', 'Mod-Alt-ArrowUp'),
    command('cursorBelow', say.cursorBelow, 'addCursorBelow', 'Mod-Alt-ArrowDown'),
    command('lineUp', say.lineUp, 'moveLineUp', 'Alt-ArrowUp'),
    command('lineDown', say.lineDown, 'moveLineDown', 'Alt-ArrowDown'),
    command('fold', say.fold, 'foldCode', isApple() ? 'Mod-Alt-[' : 'Mod-Shift-['),
    command('unfold', say.unfold, 'unfoldCode', isApple() ? 'Mod-Alt-]' : 'Mod-Shift-]'),
    command('foldAll', say.foldAll, 'foldAll', 'Ctrl-Alt-['),
    command('unfoldAll', say.unfoldAll, 'unfoldAll', 'Ctrl-Alt-]'),
  ]
}

/** In the text, which has to be there for that. */
function openFind(editor: Editor, view: DocumentView): void {
  if (view.mode.peek() === 'read') view.show('write')
  editor.find()
}

const pageKeys = (name: PageShortcut) => keysOf(pageShortcuts[name])

function viewing({ session, view }: ActionTools): Action[] {
  const say = words().actions
  if (session.language.value !== 'markdown') return []
  return [
    { id: 'preview', group: 'view', label: say.preview, keys: pageKeys('preview'), run: () => view.show('both') },
    { id: 'previewAlone', group: 'view', label: say.previewAlone, run: () => view.show('read') },
    { id: 'write', group: 'view', label: say.write, run: () => view.show('write') },
    {
      id: 'outline',
      group: 'view',
      label: say.outline,
      keys: pageKeys('outline'),
      inMenu: true,
      run: () => view.toggle('outline'),
    },
  ]
}

function files({ session, toasts }: ActionTools): Action[] {
  const say = words().actions
  const title = () => session.title.peek()
  const text = () => session.text.toString()
  const download = (id: string, label: string, ending: 'md' | 'txt' | 'html'): Action => ({
    id,
    group: 'file',
    label,
    inMenu: true,
    run: async () => {
      const { download } = await import('../files/export.ts')
      await patiently(download({ title: title(), text: text(), ending }), toasts)
    },
  })
  const copy = (id: string, label: string, kind: 'markdown' | 'html'): Action => ({
    id,
    group: 'file',
    label,
    inMenu: true,
    run: async () => {
      const { copy } = await import('../files/export.ts')
      const isCopied = await patiently(copy({ text: text(), kind }), toasts)
      toasts.show(isCopied ? words().files.copied : words().files.copyRefused)
    },
  })
  const isMarkdown = session.language.value === 'markdown'
  const editor = session.editor.value
  return [
    ...(editor === undefined || editor.view.state.readOnly
      ? []
      : [
          {
            id: 'import',
            group: 'file',
            label: say.import,
            inMenu: true,
            run: async () => (await import('../files/import.ts')).chooseFile(session, toasts),
          } as const,
        ]),
    ...(isMarkdown ? [download('downloadMd', say.downloadMd, 'md')] : []),
    download('downloadTxt', say.downloadTxt, 'txt'),
    ...(isMarkdown
      ? [
          download('downloadHtml', say.downloadHtml, 'html'),
          copy('copyMarkdown', say.copyMarkdown, 'markdown'),
          copy('copyHtml', say.copyHtml, 'html'),
        ]
      : []),
    { id: 'print', group: 'file', label: say.print, inMenu: true, run: () => print() },
  ]
}

const longMs = 1_000

/** Of a long text: one may write on meanwhile, and sees that it is being done. */
function patiently<T>(work: Promise<T>, toasts: Toasts): Promise<T> {
  const timer = setTimeout(() => toasts.show(words().files.preparing), longMs)
  return work.finally(() => clearTimeout(timer))
}

function people(tools: ActionTools): Action[] {
  const { context, session, view } = tools
  const say = words().actions
  const { othersCursors, myCursor } = context.settings.now.value
  const others = session.people.value.filter(({ isSelf }) => !isSelf)
  return [
    { id: 'people', group: 'people', label: say.people, keys: pageKeys('people'), run: () => view.toggle('people') },
    { id: 'chat', group: 'people', label: say.chat, keys: pageKeys('chat'), run: () => view.toggle('chat') },
    {
      id: 'share',
      group: 'people',
      label: say.share,
      run: () => document.getElementById('share-menu')?.showPopover(),
    },
    ...others.flatMap((other) => withPerson(tools, other)),
    {
      id: 'othersCursors',
      group: 'people',
      label: othersCursors ? say.hideCursors : say.showCursors,
      run: () => context.settings.change({ othersCursors: !othersCursors }),
    },
    {
      id: 'myCursor',
      group: 'people',
      label: myCursor ? say.hideMine : say.showMine,
      run: () => context.settings.change({ myCursor: !myCursor }),
    },
  ]
}

function withPerson({ session, view, toasts }: ActionTools, { personId, label }: ShownPerson): Action[] {
  const say = words().actions
  const message: Action = {
    id: `message-${personId}`,
    group: 'people',
    label: words().chat.messagePrivately(label),
    run: async () => (await import('../panels/private-line.ts')).writeTo(session, view, personId),
  }
  return [
    {
      id: `jump-${personId}`,
      group: 'people',
      label: say.jump(label),
      run: async () => (await import('../pages/follow.ts')).jumpTo(session, toasts, personId),
    },
    {
      id: `follow-${personId}`,
      group: 'people',
      label: say.follow(label),
      run: async () => (await import('../pages/follow.ts')).follow(session, toasts, personId),
    },
    ...(session.role.value === 'view' ? [] : [message]),
  ]
}

function page({ context, session, view }: ActionTools): Action[] {
  const say = words().actions
  const { settings, theme } = context
  const now = settings.now.value
  const canChange = session.role.value !== 'view'
  const toggle = (id: 'lineNumbers' | 'wrap' | 'spellcheck' | 'vim'): Action => ({
    id,
    group: 'page',
    label: say[id],
    run: () => settings.change({ [id]: !now[id] }),
  })
  const dialog = (id: 'palette' | 'shortcuts' | 'settings'): Action => ({
    id,
    group: 'page',
    label: say[id],
    keys: pageKeys(id),
    inMenu: true,
    run: () => openDialog(view, id),
  })
  const colours = (id: 'light' | 'dark' | 'system'): Action => ({
    id,
    group: 'page',
    label: say[id],
    run: () => theme.choose(id),
  })
  const rename = () => {
    view.isRenaming.value = true
  }
  const ofDocument: Action[] = [
    { id: 'title', group: 'page', label: words().title.change, run: rename },
    { id: 'language', group: 'page', label: say.language, run: () => openDialog(view, 'language') },
  ]
  return [
    ...(canChange ? ofDocument : []),
    ...(['lineNumbers', 'wrap', 'spellcheck', 'vim'] as const).map(toggle),
    ...(['light', 'dark', 'system'] as const).map(colours),
    ...(['palette', 'shortcuts', 'settings'] as const).map(dialog),
    { id: 'home', group: 'page', label: say.home, run: () => context.navigate('/') },
  ]
}

/** Behind whatever is open, which closes first. */
function openDialog(view: DocumentView, name: NonNullable<DocumentView['dialog']['value']>): void {
  queueMicrotask(() => {
    view.dialog.value = name
  })
}

/** Does it, and says so when it cannot be done. */
export async function runAction(action: Action, toasts: Toasts): Promise<void> {
  try {
    await action.run()
  } catch {
    toasts.show(words().actions.failed)
  }
}
