import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { satisfies } from 'semver'
import packageJson from '../package.json' with { type: 'json' }
import packageLock from '../package-lock.json' with { type: 'json' }

interface Locked {
  readonly engines?: unknown
  readonly optional?: true
}

const packages = Object.entries(packageLock.packages as Record<string, Locked>)

test('installing asks nothing of the Node that installs: no script runs on it', () => {
  const asking = packages.filter(([, { engines }]) => engines !== undefined).map(([path]) => path)
  assert.deepEqual(asking, [], 'npm run lock')
  assert.equal('engines' in packageJson, false, 'npm pack puts it into the package')
})

test('every package supports the Node that runs the scripts', () => {
  const unsuited = packages.flatMap(([path, { optional }]) => {
    if (path === '' || optional) return [] // optional ones may be for other platforms, and not be installed
    const { engines } = JSON.parse(readFileSync(new URL(`../${path}/package.json`, import.meta.url), 'utf8'))
    const isSuited = engines?.node === undefined || satisfies(packageJson.devDependencies.node, engines.node)
    return isSuited ? [] : [`${path} needs Node ${engines.node}`]
  })
  assert.deepEqual(unsuited, [])
})
