import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A file that the console's page loads. */
export interface ConsoleFile {
  /** Below `/console/`. */
  readonly path: string
  readonly folder: string
  readonly name: string
}

/** In the sources and in the package: `dist` has no copy of them. */
const PAGE = fileURLToPath(new URL('../../src/console/page/', import.meta.url))
const PAGE_FILES = [
  ...['console.css', 'cards.css'],
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

/** What is served of the packages, and nothing else of them. */
const PACKAGE_FILES = [
  ['preact.js', 'preact', 'dist/preact.mjs'],
  ['htm.js', 'htm', 'dist/htm.module.js'],
  ['uplot.js', 'uplot', 'dist/uPlot.esm.js'],
  ['uplot.css', 'uplot', 'dist/uPlot.min.css'],
] as const

export const PAGE_FOLDER = PAGE

/** All files but the page itself. */
export function consoleFiles(): ConsoleFile[] {
  const { resolve } = createRequire(import.meta.url)
  const own = PAGE_FILES.map((name) => ({ path: name, folder: PAGE, name }))
  const vendor = PACKAGE_FILES.map(([path, name, file]) => {
    // The entry of each package is in its `dist`, like the file; `exports` may hide the file itself.
    const inDist = join(dirname(resolve(name)), file.slice('dist/'.length))
    return { path: `vendor/${path}`, folder: dirname(inDist), name: file.slice('dist/'.length) }
  })
  return [...own, ...vendor]
}
