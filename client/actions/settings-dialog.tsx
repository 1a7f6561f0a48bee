// What a person prefers, in one place. Every choice holds at once.
import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { PageContext } from '../pages/page-context.ts'
import { Dialog, DialogHead } from '../ui/dialog.tsx'
import { type PageSettings, tabSizes } from '../ui/settings.ts'
import { themes } from '../ui/theme.ts'
import { chooseLanguage, languages, readChosenLanguage, words } from '../words/words.ts'

type SwitchName = { [K in keyof PageSettings]: PageSettings[K] extends boolean ? K : never }[keyof PageSettings]

export function SettingsDialog({ context, close }: { context: PageContext; close: () => void }): JSX.Element {
  const say = words().settings
  const { settings } = context
  const now = settings.now.value
  const toggle = (name: SwitchName, label: string, hint?: string) => (
    <Switch label={label} hint={hint} isOn={now[name]} onChange={(isOn) => settings.change({ [name]: isOn })} />
  )
  return (
    <Dialog className="settings" label={say.title} onClose={close}>
      <DialogHead title={say.title} close={close} />
      <p class="hint">{say.hint}</p>
      <Group title={say.writing}>
        {toggle('lineNumbers', say.lineNumbers)}
        {toggle('wrap', say.wrap)}
        {toggle('spellcheck', say.spellcheck)}
        {toggle('vim', say.vim, say.vimHint)}
        <Segments
          label={say.tabSize}
          choices={tabSizes.map((size) => ({ value: size, name: String(size) }))}
          chosen={now.tabSize}
          onChoose={(tabSize) => settings.change({ tabSize })}
        />
      </Group>
      <Group title={say.people}>
        {toggle('othersCursors', say.othersCursors)}
        {toggle('myCursor', say.myCursor)}
        {toggle('followable', say.followable)}
        {toggle('announceEdits', say.announceEdits, say.announceEditsHint)}
      </Group>
      <Group title={say.look}>
        <Segments
          label={say.theme}
          choices={themes.map((theme) => ({ value: theme, name: words().theme[theme] }))}
          chosen={context.theme.theme.value}
          onChoose={(theme) => context.theme.choose(theme)}
        />
        <LanguageChoice context={context} />
      </Group>
    </Dialog>
  )
}

function Group({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="settings-group">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

type SwitchProps = { label: string; hint?: string | undefined; isOn: boolean; onChange: (isOn: boolean) => void }

function Switch({ label, hint, isOn, onChange }: SwitchProps): JSX.Element {
  return (
    <label class="setting">
      <span>
        {label}
        {hint && <small>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={isOn}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  )
}

type SegmentsProps<T> = {
  label: string
  choices: readonly { value: T; name: string }[]
  chosen: T
  onChoose: (value: T) => void
}

function Segments<T extends string | number>({ label, choices, chosen, onChoose }: SegmentsProps<T>): JSX.Element {
  return (
    <div class="setting" role="radiogroup" aria-label={label}>
      <span aria-hidden="true">{label}</span>
      <span class="segments">
        {choices.map(({ value, name }) => (
          <label key={value}>
            <input
              class="unseen"
              type="radio"
              name={label}
              checked={value === chosen}
              onChange={() => onChoose(value)}
            />
            <span>{name}</span>
          </label>
        ))}
      </span>
    </div>
  )
}

function LanguageChoice({ context }: { context: PageContext }): JSX.Element {
  const say = words().settings
  const [problem, setProblem] = useState(false)
  const chosen = readChosenLanguage(context.storage)
  return (
    <label class="setting">
      <span>
        {say.language}
        {problem && <small class="problem">{say.languageMissing}</small>}
      </span>
      <select
        class="input"
        value={chosen ?? ''}
        onChange={(event) => {
          const tag = languages.find((language) => language.tag === event.currentTarget.value)?.tag
          chooseLanguage(context.storage, tag).then(
            () => setProblem(false),
            () => setProblem(true),
          )
        }}
      >
        <option value="">{say.languageSystem}</option>
        {languages.map(({ tag, name }) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
