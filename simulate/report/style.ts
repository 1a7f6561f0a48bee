// The look of the report: the colours of the page's own theme, light and dark by the reader's preference.

export const reportStyle = `
:root {
  color-scheme: light dark;
  --desk: light-dark(oklch(0.962 0.005 95), oklch(0.175 0.005 95));
  --paper: light-dark(oklch(1 0 0), oklch(0.225 0.005 95));
  --ink: light-dark(oklch(0.24 0.01 95), oklch(0.93 0.005 95));
  --ink-2: light-dark(oklch(0.44 0.01 95), oklch(0.76 0.006 95));
  --ink-3: light-dark(oklch(0.51 0.01 95), oklch(0.68 0.006 95));
  --line: light-dark(oklch(0.3 0.02 95 / 0.12), oklch(1 0 0 / 0.1));
  --good: light-dark(oklch(0.44 0.077 182), oklch(0.78 0.085 182));
  --good-soft: light-dark(oklch(0.44 0.077 182 / 0.12), oklch(0.78 0.085 182 / 0.18));
  --bad: light-dark(oklch(0.5 0.15 28), oklch(0.78 0.12 28));
  --bad-soft: light-dark(oklch(0.5 0.15 28 / 0.1), oklch(0.78 0.12 28 / 0.16));
  --a: var(--good);
  --b: light-dark(oklch(0.58 0.13 60), oklch(0.8 0.11 70));
  --c: light-dark(oklch(0.5 0.11 255), oklch(0.76 0.09 255));
  --d: light-dark(oklch(0.52 0.13 320), oklch(0.78 0.1 320));
}
* { box-sizing: border-box; }
body { margin: 0; padding: 32px 16px 64px; background: var(--desk); color: var(--ink); font: 14px/1.5 system-ui, sans-serif; }
main { max-width: 800px; margin: 0 auto; display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
.brand { color: var(--ink-3); font-size: 13px; display: flex; justify-content: space-between; gap: 16px; flex-wrap: wrap; }
section { background: var(--paper); border-radius: 14px; padding: 24px; box-shadow: 0 0 0 1px var(--line); }
h1 { margin: 0 0 8px; font-size: 28px; line-height: 1.2; font-weight: 600; letter-spacing: -0.01em; display: flex; gap: 12px; align-items: flex-start; text-wrap: balance; }
h1 .sign { flex: none; width: 34px; height: 34px; border-radius: 50%; display: grid; place-items: center; font-size: 18px; background: var(--good-soft); color: var(--good); }
.bad h1 .sign { background: var(--bad-soft); color: var(--bad); }
h2 { margin: 0; font-size: 16px; font-weight: 600; }
p { margin: 0; color: var(--ink-2); max-width: 66ch; }
.note { font-size: 13px; color: var(--ink-3); margin-top: 2px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); gap: 16px; margin: 24px 0 0; padding: 20px 0 0; border-top: 1px solid var(--line); }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { color: var(--ink-3); font-size: 13px; }
.figures dd { margin: 0; font-size: 20px; font-weight: 600; font-variant-numeric: tabular-nums; }
.checks { list-style: none; margin: 12px 0 0; padding: 0; }
.checks li { display: grid; grid-template-columns: 24px minmax(0, 1fr); padding: 8px 0; border-top: 1px solid var(--line); }
.checks li:first-child { border-top: 0; }
.checks b { font-weight: 500; }
.checks .detail { color: var(--ink-3); font-size: 13px; overflow-wrap: anywhere; }
.checks .ok > :first-child { color: var(--good); }
.checks .failed > :first-child, .checks .failed b { color: var(--bad); }
.checks .open > :first-child { color: var(--ink-3); }
.failures { margin: 4px 0 0; padding: 8px 12px; border-radius: 6px; background: var(--bad-soft); font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.key { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 12px; font-size: 13px; color: var(--ink-2); }
.key i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.key .a { background: var(--a); } .key .b { background: var(--b); } .key .c { background: var(--c); } .key .d { background: var(--d); }
.key .shade { background: var(--bad-soft); box-shadow: inset 0 0 0 1px var(--bad); }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink-3); font-variant-numeric: tabular-nums; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.narrow { display: none; }
.grid { stroke: var(--line); } .mark { stroke: var(--ink-2); stroke-dasharray: 3 3; }
.band { fill: var(--bad-soft); } .bar { fill: var(--a); } .span { fill: var(--b); }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round; }
.line.a { stroke: var(--a); } .line.b { stroke: var(--b); } .line.c { stroke: var(--c); } .line.d { stroke: var(--d); }
.dot.a { fill: var(--a); } .dot.b { fill: var(--b); } .dot.c { fill: var(--c); } .dot.d { fill: var(--d); }
.area { fill-opacity: 0.16; } .area.a { fill: var(--a); } .area.b { fill: var(--b); } .area.c { fill: var(--c); } .area.d { fill: var(--d); }
.settings { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 20px; margin: 12px 0 16px; font-size: 13px; }
.settings dt { color: var(--ink-3); } .settings dd { margin: 0; overflow-wrap: anywhere; }
code { display: block; padding: 12px; border-radius: 6px; background: var(--desk); font: 12px/1.6 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  body { padding: 16px 8px 40px; } section { padding: 16px; border-radius: 10px; } h1 { font-size: 20px; }
  .wide { display: none; } .narrow { display: block; }
}
@media print { body { background: none; padding: 0; } section { box-shadow: none; break-inside: avoid; } }
`
