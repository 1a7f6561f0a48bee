// One button that opens the three choices.
import type { JSX } from 'preact'
import { words } from '../words/words.ts'
import { CheckIcon, MoonIcon, SunIcon, SystemIcon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { type ThemeChoice, themes } from './theme.ts'

const icons = { system: SystemIcon, light: SunIcon, dark: MoonIcon }

export function ThemeSwitch({ choice }: { choice: ThemeChoice }): JSX.Element {
  const current = choice.theme.value
  const Current = icons[current]
  const names = words().theme
  return (
    <Menu
      id="theme-menu"
      label={names.label(names[current])}
      buttonClass="button plain icon"
      button={<Current />}
      className="choices"
    >
      {(close) =>
        themes.map((theme) => {
          const Icon = icons[theme]
          return (
            <button
              key={theme}
              type="button"
              class="choice"
              aria-pressed={theme === current}
              onClick={() => {
                choice.choose(theme)
                close()
              }}
            >
              <Icon />
              {names[theme]}
              {theme === current && (
                <span class="chosen">
                  <CheckIcon size={16} />
                </span>
              )}
            </button>
          )
        })
      }
    </Menu>
  )
}
