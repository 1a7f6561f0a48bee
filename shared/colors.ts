// The palette of people: twelve hues of one lightness and one chroma, so that nobody is louder than another. On the wire
// and in presence a colour is an index into this list, never a colour string; the page turns it into a class `hue-<n>`.

/** The hues, thirty degrees apart (OKLCH hue angle, degrees). The index is what travels. */
export const personHues = [
  { name: 'Rose', hue: 15 },
  { name: 'Clay', hue: 45 },
  { name: 'Ochre', hue: 75 },
  { name: 'Olive', hue: 105 },
  { name: 'Moss', hue: 135 },
  { name: 'Jade', hue: 165 },
  { name: 'Teal', hue: 195 },
  { name: 'Sky', hue: 225 },
  { name: 'Blue', hue: 255 },
  { name: 'Iris', hue: 285 },
  { name: 'Orchid', hue: 315 },
  { name: 'Plum', hue: 345 },
] as const

/** A colour as CSS writes it: `oklch(lightness chroma hue)`. */
export type Oklch = { lightness: number; chroma: number; hue: number }

/** Lightness and chroma of all hues, and the colour of letters on them. client/styles/people.css says the same. */
export const personTones = {
  light: { lightness: 0.54, chroma: 0.092, ink: { lightness: 1, chroma: 0, hue: 0 } },
  dark: { lightness: 0.8, chroma: 0.1, ink: { lightness: 0.2, chroma: 0.01, hue: 90 } },
} as const

/** An index into the palette, whatever number came from outside. */
export function personHueIndex(color: unknown): number {
  const count = personHues.length
  return typeof color === 'number' && Number.isInteger(color) ? ((color % count) + count) % count : 0
}

/**
 * Linear-light sRGB, each 0–1 when the colour is in gamut. Matrices: Björn Ottosson, "A perceptual color space for
 * image processing" (2020), https://bottosson.github.io/posts/oklab/
 */
export function oklchToLinearRgb({ lightness, chroma, hue }: Oklch): [red: number, green: number, blue: number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

/** Whether sRGB can show it; a colour outside would be clipped, and its contrast another one. */
export function isInSrgb(color: Oklch): boolean {
  return oklchToLinearRgb(color).every((channel) => channel >= -0.0005 && channel <= 1.0005)
}

/** Contrast of two colours, 1–21. WCAG 2.2, "contrast ratio" and "relative luminance", https://www.w3.org/TR/WCAG22/ */
export function contrastRatio(one: Oklch, other: Oklch): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((x, y) => x - y) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: Oklch): number {
  const [red, green, blue] = oklchToLinearRgb(color).map((channel) => Math.min(1, Math.max(0, channel)))
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
