/**
 * `npm pack` runs this: `engines` is in the package, but not in the checkout. There npm would compare it with the Node
 * that installs, and warn about every Node but 24, although every script runs on the Node among the devDependencies.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

const FILE = new URL('../../package.json', import.meta.url)
const DRAFT = new URL('../../package.json.tmp', import.meta.url)

const { engines, ...manifest } = JSON.parse(readFileSync(FILE, 'utf8'))
const wanted = process.argv[2] === 'add' ? { ...manifest, engines: { node: '>=24' } } : manifest
writeFileSync(DRAFT, `${JSON.stringify(wanted, null, 2)}\n`)
renameSync(DRAFT, FILE) // whole at every moment: other processes read it
