import { fileText } from '../../file-text.ts'
import { text } from '../terminal/forms.ts'
import { InputError } from '../terminal/input-errors.ts'
import type { Option } from '../terminal/options.ts'

const VARIABLE = 'TILLGATE_TOKEN'

/** There is no option with the token itself: everybody on the machine can read the arguments of a process. */
export const TOKEN_FILE_OPTION = {
  value: 'FILE',
  form: text('the name of a file'),
  help: `file with the token for the gateway; the variable ${VARIABLE} may hold it instead`,
} as const satisfies Option

/** What an answer of 401 or 403 may need. */
export const OTHER_TOKEN = `--token-file or ${VARIABLE} gives another token`

/** The header fields of a request with a token, RFC 6750; none without one. */
export type TokenHeaders = Readonly<Record<string, string>>

const FORM = /^[A-Za-z0-9._~+/-]+=*$/
const MAX_LENGTH = 8_192

/** The token of the file; without a file, that of the environment. Throws `InputError`, which does not repeat it. */
export async function readTokenHeaders(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<TokenHeaders> {
  const token = file === undefined ? environment[VARIABLE]?.trim() : await readToken(file)
  if (token === undefined || token === '') return {}
  if (token.length > MAX_LENGTH || !FORM.test(token)) throw new InputError(`${file ?? VARIABLE} holds no token`)
  return { authorization: `Bearer ${token}` }
}

async function readToken(file: string): Promise<string> {
  const content = await fileText(file).catch((error: Error) => {
    throw new InputError(error.message)
  })
  const token = content.trim()
  if (token === '') throw new InputError(`${file} is empty: it must hold a token`)
  return token
}
