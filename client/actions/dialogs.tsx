// The dialogs of a document's page: commands, language, shortcuts, settings.
import type { JSX } from 'preact'
import { parseLanguage } from '../../shared/settings.ts'
import { languageName, languagesByName } from '../editor/language-names.ts'
import { Chooser } from '../ui/chooser.tsx'
import { Dialog, DialogHead } from '../ui/dialog.tsx'
import { words } from '../words/words.ts'
import { type Action, type ActionTools, actionsOf, runAction } from './actions.ts'
import { SettingsDialog } from './settings-dialog.tsx'
import { isApple, readableKeys } from './shortcuts.ts'
import '../styles/dialogs.css'

/** The one dialog that is open, if any. */
export function OpenDialog(tools: ActionTools): JSX.Element | null {
  const { dialog } = tools.view
  const close = () => {
    dialog.value = undefined
  }
  switch (dialog.value) {
    case 'palette':
      return <Palette tools={tools} close={close} />
    case 'language':
      return <LanguageDialog tools={tools} close={close} />
    case 'shortcuts':
      return <ShortcutsDialog tools={tools} close={close} />
    case 'settings':
      return <SettingsDialog context={tools.context} close={close} />
    case undefined:
      return null
  }
}

type Props = { tools: ActionTools; close: () => void }

function Palette({ tools, close }: Props): JSX.Element {
  const say = words().palette
  const actions = actionsOf(tools).filter(({ id }) => id !== 'palette')
  return (
    <Dialog className="chooser" label={say.label} onClose={close}>
      <Chooser
        label={say.label}
        placeholder={say.placeholder}
        nothing={say.nothing}
        choices={actions.map(({ id, label, keys }) => ({ id, label, ...(keys && { hint: readableKeys(keys) }) }))}
        onChoose={(id) => {
          close()
          const action = actions.find((one) => one.id === id)
          // When the focus is back where it was: some need the text to have it.
          if (action !== undefined) setTimeout(() => void runAction(action, tools.toasts))
        }}
      />
    </Dialog>
  )
}

function LanguageDialog({ tools: { session, toasts }, close }: Props): JSX.Element {
  const say = words().status
  return (
    <Dialog className="chooser" label={say.chooseLanguage} onClose={close}>
      <Chooser
        label={say.chooseLanguage}
        placeholder={say.findLanguage}
        nothing={say.noLanguage}
        choices={languagesByName().map((id) => ({
          id,
          label: languageName(id),
          isChosen: id === session.language.value,
        }))}
        onChoose={(id) => {
          close()
          const language = parseLanguage(id)
          if (language === undefined) return
          session.provider.setSettings({ language }).catch((error: unknown) => {
            toasts.show(error instanceof Error ? error.message : words().actions.failed)
          })
        }}
      />
      <p class="chooser-foot">{say.languageHint}</p>
    </Dialog>
  )
}

function ShortcutsDialog({ tools, close }: Props): JSX.Element {
  const say = words().shortcuts
  const groups = Object.entries(words().actions.groups)
  const actions = actionsOf(tools).filter(({ keys }) => keys !== undefined)
  const mod = isApple() ? '⌘' : 'Ctrl'
  return (
    <Dialog className="wide shortcuts" label={say.title} onClose={close}>
      <DialogHead title={say.title} close={close} />
      <div class="shortcut-groups">
        {groups.map(([group, name]) => (
          <ShortcutGroup key={group} name={name} actions={actions.filter((action) => action.group === group)} />
        ))}
        <section>
          <h3>{say.also}</h3>
          <dl>
            <dt>{say.moreCursors}</dt>
            <dd>
              <kbd>{say.moreCursorsKeys(mod)}</kbd>
            </dd>
            <dt>{say.columns}</dt>
            <dd>
              <kbd>{say.columnsKeys}</kbd>
            </dd>
            <dt>{say.leave}</dt>
            <dd>
              <kbd>{say.leaveKeys}</kbd>
            </dd>
          </dl>
        </section>
      </div>
    </Dialog>
  )
}

function ShortcutGroup({ name, actions }: { name: string; actions: readonly Action[] }): JSX.Element | null {
  if (actions.length === 0) return null
  return (
    <section>
      <h3>{name}</h3>
      <dl>
        {actions.map(({ id, label, keys = '' }) => [
          <dt key={id}>{label}</dt>,
          <dd key={`${id}-keys`}>
            <kbd>{readableKeys(keys)}</kbd>
          </dd>,
        ])}
      </dl>
    </section>
  )
}
