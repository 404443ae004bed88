import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayUrl } from '../../../src/tools/gateway/gateway-url.ts'
import { UsageError } from '../../../src/tools/terminal/input-errors.ts'

test('the address of a gateway ends with a slash, so that paths are added to it', () => {
  const given: [string, string][] = [
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
    ['https://gateway/pos', 'https://gateway/pos/'],
    ['http://[::1]:8080', 'http://[::1]:8080/'],
  ]
  for (const [text, href] of given) assert.equal(gatewayUrl(text).href, href)
})

test('anything else is refused, with what was probably meant', () => {
  const refused: [string, RegExp][] = [
    ['127.0.0.1:8080', /must be an http or https address.*did you mean http:\/\/127\.0\.0\.1:8080\?$/],
    ['localhost:8080', /did you mean http:\/\/localhost:8080\?$/],
    ['::1', /did you mean http:\/\/\[::1\]:8080\?$/],
    ['http://::1', /did you mean http:\/\/\[::1\]:8080\?$/],
    ['', /must be an http or https address, e\.g\. http:\/\/127\.0\.0\.1:8080$/],
    ['http://', /must be an http or https address, [^;]*$/],
    ['ftp://gateway', /must be an http or https address, [^;]*$/],
    ['http://[::1', /must be an http or https address, [^;]*$/],
    ['http://gateway?x=1', /before the \?/],
    ['http://till:secret@gateway', /must not hold a name or password$/],
  ]
  for (const [text, said] of refused)
    assert.throws(
      () => gatewayUrl(text),
      (error) => error instanceof UsageError && said.test(error.message) && !error.message.includes('secret'),
      text,
    )
})
