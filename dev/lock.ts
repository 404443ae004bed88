/**
 * `npm run lock`, after any change of the dependencies: takes `engines` out of package-lock.json. npm compares them with
 * the Node that installs and warns, but every script runs on the Node among the devDependencies. A test compares them
 * with that one (test/package-lock.test.ts).
 */
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(FILE, 'utf8'))
for (const one of Object.values<{ engines?: unknown }>(lock.packages)) delete one.engines
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
