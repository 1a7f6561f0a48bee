// Runs before the first paint, so that a chosen theme never flashes the other one. client/ui/theme.ts does the rest.
;(() => {
  try {
    const theme = localStorage.getItem('scriptorium.theme')
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
  } catch {
    // A browser that keeps nothing shows its own theme.
  }
})()
