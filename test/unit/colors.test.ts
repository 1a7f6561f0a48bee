// The palette: readable in both themes, shown as it is meant, and the same in TypeScript and in CSS.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  contrastRatio,
  isInSrgb,
  oklchToLinearRgb,
  personHueIndex,
  personHues,
  personTones,
} from '../../shared/colors.ts'

const themes = ['light', 'dark'] as const
const css = readFileSync(new URL('../../client/styles/people.css', import.meta.url), 'utf8')

describe('the palette of people', () => {
  for (const theme of themes) {
    const { ink, ...tone } = personTones[theme]
    it(`letters on every hue have a contrast of at least 4.5 in the ${theme} theme`, () => {
      const ratios = personHues.map(({ name, hue }) => ({ name, ratio: contrastRatio({ ...tone, hue }, ink) }))
      expect(ratios.filter(({ ratio }) => ratio < 4.5)).toEqual([])
    })

    it(`every hue is within sRGB in the ${theme} theme, so that no screen changes its contrast`, () => {
      expect(personHues.filter(({ hue }) => !isInSrgb({ ...tone, hue }))).toEqual([])
    })
  }

  it('has twelve hues, each with a name and an angle of its own', () => {
    expect(personHues).toHaveLength(12)
    expect(new Set(personHues.map(({ hue }) => hue)).size).toBe(12)
    expect(new Set(personHues.map(({ name }) => name)).size).toBe(12)
  })

  it('the style sheet says the same hues, lightness, chroma and ink', () => {
    const inCss = [...css.matchAll(/\.hue-(\d+) \{\s*--hue: (\d+);/g)].map(([, index, hue]) => [+index!, +hue!])
    expect(inCss).toEqual(personHues.map(({ hue }, index) => [index, hue]))
    const { light, dark } = personTones
    const color = ({ lightness, chroma }: { lightness: number; chroma: number }) =>
      `oklch(${lightness} ${chroma} var(--hue))`
    expect(css).toContain(`--person: light-dark(${color(light)}, ${color(dark)})`)
    const ink = (tone: { lightness: number; chroma: number; hue: number }) =>
      `oklch(${tone.lightness} ${tone.chroma} ${tone.hue})`
    expect(css).toContain(`--person-ink: light-dark(${ink(light.ink)}, ${ink(dark.ink)})`)
  })

  it('takes any number from outside as one of its indices, and anything else as the first', () => {
    for (const value of [0, 11, 12, -1, 4_000_000_000, 1.5, Number.NaN, '3', null, undefined, {}]) {
      const index = personHueIndex(value)
      expect(personHues[index], String(value)).toBeDefined()
    }
    expect(personHueIndex(13)).toBe(1)
    expect(personHueIndex(-1)).toBe(11)
    expect(personHueIndex('3')).toBe(0)
  })
})

describe('the colour formulas', () => {
  // Known pairs: CSS Color 4 gives sRGB red as oklch(0.62796 0.25768 29.234); black on white is 21 by WCAG.
  it('agree with published values', () => {
    const [red, green, blue] = oklchToLinearRgb({ lightness: 0.62796, chroma: 0.25768, hue: 29.234 })
    expect(red).toBeCloseTo(1, 3)
    expect(green).toBeCloseTo(0, 3)
    expect(blue).toBeCloseTo(0, 3)
    const black = { lightness: 0, chroma: 0, hue: 0 }
    const white = { lightness: 1, chroma: 0, hue: 0 }
    expect(contrastRatio(black, white)).toBeCloseTo(21, 3)
    expect(contrastRatio(white, black)).toBeCloseTo(21, 3)
  })
})
