// What the menu at the end of the bar holds: the actions that people look for, and the theme.
import type { JSX } from 'preact'
import { MoonIcon, SunIcon, SystemIcon } from '../ui/icons.tsx'
import { themes } from '../ui/theme.ts'
import { words } from '../words/words.ts'
import { type ActionTools, actionsOf, runAction } from './actions.ts'
import { readableKeys } from './shortcuts.ts'
import '../styles/more.css'

const groups = ['write', 'view', 'file', 'people', 'page'] as const
const themeIcons = { system: SystemIcon, light: SunIcon, dark: MoonIcon }

export function MoreCard({ close, ...tools }: ActionTools & { close: () => void }): JSX.Element {
  const actions = actionsOf(tools).filter(({ inMenu }) => inMenu)
  const { theme } = tools.context
  const say = words().theme
  return (
    <>
      {groups.map((group) => {
        const shown = actions.filter((action) => action.group === group)
        if (shown.length === 0) return null
        return (
          <div key={group} class="more-group">
            {shown.map((action) => (
              <button
                key={action.id}
                type="button"
                class="choice"
                onClick={() => {
                  close()
                  setTimeout(() => void runAction(action, tools.toasts))
                }}
              >
                {action.label}
                {action.keys && <kbd>{readableKeys(action.keys)}</kbd>}
              </button>
            ))}
          </div>
        )
      })}
      <div class="more-themes">
        {themes.map((name) => {
          const Icon = themeIcons[name]
          return (
            <button
              key={name}
              type="button"
              class="button plain icon"
              aria-pressed={theme.theme.value === name}
              aria-label={say.label(say[name])}
              title={say.label(say[name])}
              onClick={() => theme.choose(name)}
            >
              <Icon size={18} />
            </button>
          )
        })}
      </div>
    </>
  )
}
