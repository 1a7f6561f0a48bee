// A person as a small coloured circle with initials. The colour is never the only sign: name and initials say who it is.
import type { JSX } from 'preact'
import { personHueIndex } from '../../shared/colors.ts'
import { initialsOf } from './initials.ts'

type FaceProps = { name: string; color: number; small?: boolean; tiny?: boolean; idle?: boolean; title?: string }

export function Face({ name, color, small = false, tiny = false, idle = false, title }: FaceProps): JSX.Element {
  const sizes = `${small ? ' small' : ''}${tiny ? ' tiny' : ''}${idle ? ' idle' : ''}`
  return (
    <span class={`face hue-${personHueIndex(color)}${sizes}`} aria-hidden="true" title={title}>
      {initialsOf(name)}
    </span>
  )
}
