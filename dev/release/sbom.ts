import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { npm } from '../npm.ts'

interface Sbom {
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
  components: { readonly name: string; readonly version: string; readonly 'bom-ref': string }[]
  dependencies: { readonly ref: string }[]
}

/**
 * The software bill of materials of production, CycloneDX 1.5 as JSON: every package of package-lock.json that is not
 * for development alone, with its licence and hash. Rejects when it is not valid or does not list exactly those.
 */
export async function createSbom(root: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  // `npm sbom --omit dev` would leave out what production shares with development. It names the root after its folder.
  const production = Object.entries<{ dev?: true }>(lock.packages).filter(([, { dev }]) => dev !== true)
  lock.packages = Object.fromEntries(production)
  delete manifest.devDependencies
  delete lock.packages[''].devDependencies
  const parent = await mkdtemp(join(tmpdir(), 'tillgate-sbom-'))
  try {
    const folder = join(parent, manifest.name)
    await mkdir(folder)
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock))
    const format = ['--sbom-format', 'cyclonedx', '--sbom-type', 'application']
    const sbom: Sbom = JSON.parse(await npm(folder, 'sbom', '--package-lock-only', ...format))
    // npm 10 lists a package twice that is installed in two places.
    sbom.components = uniqueBy(sbom.components, (component) => component['bom-ref'])
    sbom.dependencies = uniqueBy(sbom.dependencies, ({ ref }) => ref)
    const text = `${JSON.stringify(sbom, null, 2)}\n`
    await assertValid(text)
    assertComplete(sbom, lock.packages)
    return text
  } finally {
    await rm(parent, { recursive: true })
  }
}

function uniqueBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}

async function assertValid(text: string): Promise<void> {
  const faults = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text)
  if (faults !== null) throw new Error(`the bill of materials is not valid: ${JSON.stringify(faults)}`)
}

function assertComplete({ components }: Sbom, packages: Record<string, { version: string }>): void {
  const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const locked = Object.entries(packages).filter(([path]) => path !== '')
  const expected = new Set(locked.map(([path, { version }]) => `${nameOf(path)}@${version}`))
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  const wrong = [...[...expected].filter((one) => !listed.has(one)), ...[...listed].filter((one) => !expected.has(one))]
  if (wrong.length > 0) throw new Error(`the bill of materials is not right about ${wrong.join(', ')}`)
}
