#!/usr/bin/env node
// The command of a checkout, of the npm package and of the container. An old Node must be able to read this file.
import { existsSync } from 'node:fs'

const OLDEST_NODE = 24

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  console.error(
    `tillgate needs Node ${OLDEST_NODE} or later. This is Node ${process.versions.node}: ${process.execPath}`,
  )
  process.exitCode = 1
} else {
  // A checkout runs its sources. The package has only what they are compiled to.
  import(existsSync(new URL('../src/cli.ts', import.meta.url)) ? '../src/cli.ts' : '../dist/cli.js')
}
