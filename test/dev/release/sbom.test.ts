import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createSbom } from '../../../dev/release/sbom.ts'
import packageJson from '../../../package.json' with { type: 'json' }

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

test('the bill of materials is valid CycloneDX and lists what production needs, and nothing else', async () => {
  const { metadata, components, dependencies } = JSON.parse(await createSbom(ROOT)) // rejects if it is not valid
  assert.deepEqual([metadata.component.name, metadata.component.version], ['tillgate', packageJson.version])
  const refs = Object.entries(packageJson.dependencies).map(([name, version]) => `${name}@${version}`)
  const own = dependencies.find(({ ref }: { ref: string }) => ref === `tillgate@${packageJson.version}`)
  assert.deepEqual(own.dependsOn.toSorted(), refs.toSorted())
  const names: string[] = components.map(({ name }: { name: string }) => name)
  assert.ok(names.includes('ajv'), 'production shares it with development')
  assert.ok(!names.includes('typescript'))
  for (const { name, hashes } of components) assert.equal(hashes?.[0]?.alg, 'SHA-512', name)
})
