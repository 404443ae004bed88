import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file that the console's page loads. */
export interface ConsoleFile {
  /** Below `/console/`. */
  readonly path: string
  readonly folder: string
  readonly name: string
}

export const PAGE_FOLDER = fileURLToPath(new URL('../console/page/', import.meta.url))
const PAGE_FILES = [
  ...['console.css', 'cards.css', 'search.css'],
  ...[
    'main.js',
    'html.js',
    'state.js',
    'overview.js',
    'journals.js',
    'charts.js',
    'stores.js',
    'invoice.js',
    'text.js',
  ],
]

/** All files but the page itself. Of the packages nothing else is served; `exports` may hide a file, so it is found by the entry. */
export function consoleFiles(): ConsoleFile[] {
  const { resolve } = createRequire(import.meta.url)
  const [preact, htm, uplot] = [dirname(resolve('preact')), dirname(resolve('htm')), dirname(resolve('uplot'))]
  return [
    ...PAGE_FILES.map((name) => ({ path: name, folder: PAGE_FOLDER, name })),
    { path: 'vendor/preact.js', folder: preact, name: 'preact.mjs' },
    { path: 'vendor/htm.js', folder: htm, name: 'htm.module.js' },
    { path: 'vendor/uplot.js', folder: uplot, name: 'uPlot.esm.js' },
    { path: 'vendor/uplot.css', folder: uplot, name: 'uPlot.min.css' },
  ]
}
