// What the page and its preview worker say to each other.

/** A piece of the preview that stands by itself. `line`: where it begins in the text, from 0. Not yet sanitised. */
export type Block = { html: string; line: number }

export type Heading = { level: number; text: string; line: number; id: string }

/** `kind`: for the page (anchors are data, because `#` in its address is the key), or for a file of its own. */
export type RenderRequest = { n: number; text: string; kind: 'page' | 'file'; labels: RenderLabels }

/** Words that stand in the preview. */
export type RenderLabels = { image: string; done: string; open: string; back: string }

/** `isCut`: only the beginning was rendered. */
export type Rendered = { blocks: Block[]; headings: Heading[]; isCut: boolean }
export type RenderAnswer = { n: number } & ({ rendered: Rendered } | { failed: string })
